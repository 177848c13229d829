"""The built image: what it promises to whoever runs it. tests/image/run builds it and says where it is."""

import json
import os
import pathlib
import signal
import stat
import subprocess
import time
import urllib.request

import pytest

ROOT = pathlib.Path(os.environ["HERALD_IMAGE_ROOT"])
BASE = pathlib.Path(os.environ["HERALD_IMAGE_BASE"])
CONFIG = json.loads(pathlib.Path(os.environ["HERALD_IMAGE"]).read_text())["Docker"]["config"]
VOLUME = "/var/lib/herald"
UID, GID = CONFIG["User"].split(":")


def contained(command, volume, **env):
    """The arguments that run `command` as an engine would run it in this image."""
    variables = [*CONFIG["Env"], *(f"{k}={v}" for k, v in env.items())]
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", pathlib.Path(__file__).with_name("contain"), ROOT,
            volume, VOLUME, UID, GID, "env", "-i", *variables, *command]


@pytest.fixture
def volume(tmp_path):
    # An engine makes a new volume as the image has the folder.
    made = (ROOT / VOLUME.lstrip("/")).stat()
    folder = tmp_path / "volume"
    folder.mkdir()
    os.chown(folder, made.st_uid, made.st_gid)
    os.chmod(folder, stat.S_IMODE(made.st_mode))
    return folder


@pytest.fixture
def start(volume):
    running = []

    def run(**env):
        process = subprocess.Popen(contained([*CONFIG["Entrypoint"], *CONFIG["Cmd"]], volume, **env),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def inside(process):
    """The pid, as seen from here, of the contained program: the only child of unshare."""
    return int(pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text())


def get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.status, answer.read().decode()


def health(volume, port):
    kind, *command = CONFIG["Healthcheck"]["Test"]
    assert kind == "CMD"
    return subprocess.run(contained(command, volume, HERALD_LISTEN=f"127.0.0.1:{port}"), capture_output=True,
                          timeout=10).returncode


def test_is_ready_within_two_seconds_without_root_capability_or_a_writable_root(start, volume):
    began = time.monotonic()
    herald = start(HERALD_LISTEN="127.0.0.1:0", HERALD_DRAIN_READINESS_DELAY="0s")
    line = herald.stdout.readline()
    assert line, herald.communicate()[1]
    port = json.loads(line)["port"]
    assert get(f"http://127.0.0.1:{port}/readyz") == (200, '{"status":"ok","store":true,"draining":false}')
    took = time.monotonic() - began
    print(f"\nready after {took * 1000:.0f} ms")
    assert took < 2

    proc = pathlib.Path(f"/proc/{inside(herald)}")
    status = dict(l.split(":\t", 1) for l in (proc / "status").read_text().splitlines() if ":\t" in l)
    assert status["Name"] == "herald"
    assert status["Uid"].split() == ["10001"] * 4 and status["Gid"].split() == ["10001"] * 4
    assert status["Groups"].split() == []
    for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[capabilities], 16) == 0
    assert status["NoNewPrivs"] == "1"
    mounts = {l.split()[4]: l.split()[5].split(",")[0] for l in (proc / "mountinfo").read_text().splitlines()}
    assert mounts["/"] == "ro" and mounts[VOLUME] == "rw"

    assert health(volume, port) == 0
    os.kill(inside(herald), signal.SIGTERM)
    assert herald.wait(20) == 0
    assert health(volume, port) != 0
    assert {f.stat().st_uid for f in volume.iterdir()} == {10001}


def test_says_what_is_wrong_with_its_configuration(start):
    herald = start(HERALD_LISTEN="nowhere", INTERCOM_REGION="mars")
    _, errors = herald.communicate(timeout=10)
    assert herald.returncode == 2
    assert "HERALD_LISTEN" in errors and "INTERCOM_REGION" in errors


def test_adds_less_than_150_mb_to_its_base():
    image, base = (int(subprocess.check_output(["du", "-sxk", path]).split()[0]) / 1000 for path in (ROOT, BASE))
    print(f"\nbase {base:.0f} MB, image {image:.0f} MB: {image - base:.0f} MB more")
    assert 0 < image - base < 150


def test_its_user_owns_nothing_but_the_volume_and_cannot_become_another():
    owned, anybody = [], []
    for folder, _, files in os.walk(ROOT):
        for path in (pathlib.Path(folder), *(pathlib.Path(folder) / f for f in files)):
            at = path.lstat()
            if at.st_uid == 10001:
                owned.append("/" + str(path.relative_to(ROOT)))
            ordinary = stat.S_ISREG(at.st_mode) or stat.S_ISDIR(at.st_mode)
            if ordinary and at.st_mode & stat.S_IWOTH and not at.st_mode & stat.S_ISVTX:
                anybody.append(path)
    assert owned == [VOLUME]
    assert anybody == []
    assert CONFIG["User"] == "10001:10001"
    assert "10001" in [l.split(":")[2] for l in (ROOT / "etc/passwd").read_text().splitlines()]


def test_tells_an_engine_its_port_and_its_volume():
    assert list(CONFIG["ExposedPorts"]) == ["8080/tcp"]
    assert list(CONFIG["Volumes"]) == [VOLUME]
