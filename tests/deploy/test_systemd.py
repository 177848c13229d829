"""deploy/herald.service, as far as systemd can say without starting it."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy" / "herald.service"
HERALD = pathlib.Path(os.environ.get("HERALD_BIN_DIR", ROOT / "build" / "release" / "bin")) / "herald"

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")


def value(key):
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.M)


@needs_systemd
def test_systemd_understands_every_line(tmp_path):
    unit = tmp_path / "herald.service"
    unit.write_text(UNIT.read_text().replace("/usr/local/bin/herald", str(HERALD)))
    said = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    about_us = [line for line in said.stderr.splitlines() if "herald" in line]
    assert (said.returncode, about_us) == (0, [])


@needs_systemd
def test_its_exposure_is_low():
    subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", UNIT], check=True,
                   stdout=subprocess.DEVNULL)


def test_its_variables_and_folders_agree():
    known = set(re.findall(r"^  (\w+)", subprocess.check_output([HERALD, "--help"], text=True), re.M))
    variables = dict(v.split("=", 1) for v in value("Environment"))
    assert set(variables) <= known
    assert variables["HERALD_DATA_DIR"] == f"/var/lib/{value('StateDirectory')[0]}"
    assert f"{variables['HERALD_CONFIG']}" in UNIT.read_text().split("[Unit]")[0]
    assert value("ExecStart") == ["/usr/local/bin/herald serve"]


def test_a_wrong_configuration_is_not_tried_again():
    wrong = subprocess.run([HERALD, "serve", "--check-config"], env={"INTERCOM_REGION": "mars"}, capture_output=True)
    assert [str(wrong.returncode)] == value("RestartPreventExitStatus")
