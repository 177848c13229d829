import http.client
import socket

import pytest

from automations import Automations
from contract import contract
from processes import Herald, IntercomSim
from wire import Recorder

recorder = Recorder()


@pytest.fixture(autouse=True)
def answers_keep_the_contract():
    """A test that saw an answer of the service that openapi.yaml does not promise has failed."""
    yield
    assert socket.create_connection == recorder.create_connection, "somebody took the recorder away"
    recorder.ports.clear()  # the system gives them to others
    wrong = [fault for exchange in recorder.take() for fault in contract().judge(*exchange)]
    assert not wrong, "\n".join(wrong[:20])


@pytest.fixture
def start(tmp_path):
    """start.intercom(*args) and start.herald(intercom_url, **settings); everything is stopped afterwards."""

    class Start:
        def __init__(self):
            self.programs = []

        def intercom(self, *args):
            intercom = self._keep(IntercomSim(tmp_path, *args))
            recorder.ports.discard(intercom.port)  # which may have been that of a service that ended
            return intercom

        def herald(self, intercom, **settings):
            url = intercom if isinstance(intercom, str) else intercom.url
            herald = self._keep(Herald(tmp_path, url, **settings))
            recorder.ports.add(herald.port)
            return herald

        def _keep(self, program):
            self.programs.append(program)
            return program

    started = Start()
    yield started
    leaks = {}
    for program in reversed(started.programs):
        try:
            if isinstance(program, Herald):
                leaks[program.log_path] = program.leaks()
        except (OSError, http.client.HTTPException) as unanswered:  # a service that hangs must not leave the others running
            leaks[program.log_path] = [f"/metrics: {unanswered!r}"]
        finally:
            program.ensure_stopped()
    assert not any(leaks.values()), leaks


# A fast workspace: ten times Intercom's limit, so that a functional test does not wait for the pace.
FAST = {"HERALD_LIMITER_LIMIT_PER_WINDOW": "16670"}


@pytest.fixture
def fast():
    return dict(FAST)


@pytest.fixture
def flows(start, fast):
    """(automations, stand-in) of a service with a fast workspace of people."""
    def make(*args, people=20, **settings):
        sim = start.intercom("--seed", people, *args)
        return Automations(start.herald(sim, **{**fast, **settings})), sim
    return make
