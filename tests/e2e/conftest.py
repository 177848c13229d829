import pytest

from processes import Herald, IntercomSim


@pytest.fixture
def start(tmp_path):
    """start.intercom(*args) and start.herald(intercom_url, **settings); everything is stopped afterwards."""

    class Start:
        def __init__(self):
            self.programs = []

        def intercom(self, *args):
            return self._keep(IntercomSim(tmp_path, *args))

        def herald(self, intercom, **settings):
            url = intercom if isinstance(intercom, str) else intercom.url
            return self._keep(Herald(tmp_path, url, **settings))

        def _keep(self, program):
            self.programs.append(program)
            return program

    started = Start()
    yield started
    for program in reversed(started.programs):
        program.ensure_stopped()


# A fast workspace: ten times Intercom's limit, so that a functional test does not wait for the pace.
FAST = {"HERALD_LIMITER_LIMIT_PER_WINDOW": "16670"}


@pytest.fixture
def fast():
    return dict(FAST)
