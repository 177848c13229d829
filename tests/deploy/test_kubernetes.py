"""deploy/kubernetes: names resolve, and what it says of the service is what the service does."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASE = ROOT / "deploy" / "kubernetes"
HERALD = pathlib.Path(os.environ.get("HERALD_BIN_DIR", ROOT / "build" / "release" / "bin")) / "herald"

KUSTOMIZATION = yaml.safe_load((BASE / "kustomization.yaml").read_text())
OBJECTS = {o["kind"]: o for name in KUSTOMIZATION["resources"] for o in yaml.safe_load_all((BASE / name).read_text())}
DEPLOYMENT = OBJECTS["Deployment"]["spec"]
POD = DEPLOYMENT["template"]["spec"]
[CONTAINER] = POD["containers"]
CONFIG = yaml.safe_load((BASE / "herald.yaml").read_text())
SECRET = dict(line.split("=", 1) for line in (BASE / "secret.example.env").read_text().splitlines()
              if line and not line.startswith("#"))


def dockerfile(instruction):
    text = (ROOT / "deploy" / "Dockerfile").read_text().split("\nFROM ")[-1]
    return re.search(rf"^{instruction} (.*)$", text, re.M).group(1)


def settings():
    """variable -> (key, default), from --help."""
    shown = subprocess.check_output([HERALD, "--help"], text=True)
    found = re.findall(r"^  (\w+)(?:   \(key: ([\w.]+)\))?\n.*Default: (.*)\.$", shown, re.M)
    return {variable: (key, default) for variable, key, default in found}


def seconds(duration):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h)", duration).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]


def drain(key):
    section, name = key.split(".")
    default = next(d for k, d in settings().values() if k == key)
    return seconds(CONFIG.get(section, {}).get(name, default))


def test_every_file_is_used():
    named = {*KUSTOMIZATION["resources"], *KUSTOMIZATION["configMapGenerator"][0]["files"]}
    assert {f.name for f in BASE.iterdir()} == named | {"kustomization.yaml", "secret.example.env"}
    assert set(OBJECTS) == {"Deployment", "Service", "PersistentVolumeClaim"}


def test_names_resolve():
    claims = {v["persistentVolumeClaim"]["claimName"] for v in POD["volumes"] if "persistentVolumeClaim" in v}
    maps = {v["configMap"]["name"] for v in POD["volumes"] if "configMap" in v}
    assert claims == {OBJECTS["PersistentVolumeClaim"]["metadata"]["name"]}
    assert maps == {g["name"] for g in KUSTOMIZATION["configMapGenerator"]}
    assert {m["name"] for m in CONTAINER["volumeMounts"]} == {v["name"] for v in POD["volumes"]}
    assert [i["name"] for i in KUSTOMIZATION["images"]] == [CONTAINER["image"]]
    assert [l["includeSelectors"] for l in KUSTOMIZATION["labels"]] == [True]


def test_the_image_is_this_version():
    version = re.search(r"project\(herald VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    assert [i["newTag"] for i in KUSTOMIZATION["images"]] == [version]


def test_one_process_owns_the_database():
    assert DEPLOYMENT["replicas"] == 1 and DEPLOYMENT["strategy"] == {"type": "Recreate"}
    assert "emptyDir" not in str(POD["volumes"])


def test_ports_match():
    ports = {p["name"]: p["containerPort"] for p in CONTAINER["ports"]}
    assert CONFIG["listen"] == f"0.0.0.0:{ports['http']}"
    assert dockerfile("EXPOSE") == str(ports["http"])
    assert [p["targetPort"] for p in OBJECTS["Service"]["spec"]["ports"]] == ["http"]


def test_probes_ask_what_is_served():
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text())["paths"]
    probes = {kind: CONTAINER[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness")}
    for probe in probes.values():
        assert probe["httpGet"]["port"] == "http"
        # A kubelet has no key.
        assert contract[probe["httpGet"]["path"]]["get"].get("security", []) == []
    assert {kind: p["httpGet"]["path"] for kind, p in probes.items()} == {
        "startup": "/readyz", "liveness": "/livez", "readiness": "/readyz"}
    assert probes["startup"]["periodSeconds"] * probes["startup"]["failureThreshold"] == 300


def test_a_drain_fits():
    readiness = CONTAINER["readinessProbe"]
    assert readiness["periodSeconds"] * readiness["failureThreshold"] < drain("drain.readiness_delay")
    answers_and_closing = 10
    needed = drain("drain.readiness_delay") + drain("drain.inflight") + answers_and_closing
    assert needed <= POD["terminationGracePeriodSeconds"] == 60


def test_nothing_is_privileged():
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    pod = POD["securityContext"]
    assert pod["runAsNonRoot"] is True and pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert f"{pod['runAsUser']}:{pod['runAsGroup']}" == dockerfile("USER")
    assert pod["fsGroup"] == pod["runAsGroup"]
    assert POD["automountServiceAccountToken"] is False
    assert {"requests", "limits"} == set(CONTAINER["resources"]) and "memory" in CONTAINER["resources"]["limits"]


def test_what_is_written_goes_to_the_volume():
    mounts = {m["name"]: m for m in CONTAINER["volumeMounts"]}
    assert mounts["data"]["mountPath"] == dockerfile("VOLUME")
    assert dockerfile("ENV") == f"HERALD_DATA_DIR={mounts['data']['mountPath']}"
    assert mounts["config"]["readOnly"] is True


def test_the_configuration_is_read():
    [setting] = CONTAINER["env"]
    config = next(m for m in CONTAINER["volumeMounts"] if m["name"] == "config")
    assert setting == {"name": "HERALD_CONFIG", "value": f"{config['mountPath']}/herald.yaml"}
    [source] = CONTAINER["envFrom"]
    assert source == {"secretRef": {"name": "herald"}}
    assert SECRET and set(SECRET) <= set(settings())
    # What is set to nothing counts as not set, so the example sends nothing anywhere.
    assert set(SECRET.values()) == {""}


def check(**env):
    done = subprocess.run([HERALD, "serve", "--check-config"], env={"HERALD_CONFIG": BASE / "herald.yaml", **SECRET, **env},
                          capture_output=True, text=True)
    return done.returncode, done.stderr.splitlines()


def test_the_configuration_is_accepted_once_there_is_a_key():
    code, mistakes = check()
    assert code == 2
    assert len(mistakes) == 1 and "listen: 0.0.0.0" in mistakes[0] and "no API key" in mistakes[0]
    # As secret.example.env says it.
    made = subprocess.check_output([HERALD, "keys", "create", "--name", "crm", "--scopes", "admin", "--config"], text=True)
    assert check(HERALD_KEYS=f"[{made.splitlines()[1]}]") == (0, [])


def test_kustomize_builds_it():
    if not shutil.which("kubectl"):
        pytest.skip("no kubectl here")
    built = list(yaml.safe_load_all(subprocess.check_output(["kubectl", "kustomize", BASE], text=True)))
    objects = {o["kind"]: o for o in built}
    assert set(objects) == {"Deployment", "Service", "PersistentVolumeClaim", "ConfigMap"}
    template = objects["Deployment"]["spec"]["template"]
    selector = objects["Deployment"]["spec"]["selector"]["matchLabels"]
    assert selector == objects["Service"]["spec"]["selector"] == template["metadata"]["labels"]
    generated = objects["ConfigMap"]["metadata"]["name"]
    assert generated.startswith("herald-")
    assert generated in [v.get("configMap", {}).get("name") for v in template["spec"]["volumes"]]
