"""Several Intercom workspaces in one process: each with its own token, sender, limit and people."""

import pathlib
import subprocess
import time

import pytest

from processes import BIN, IntercomSim, clients, email_campaign


@pytest.fixture
def two(start, tmp_path):
    """A service for two workspaces, and the stand-in of each."""
    sims = {}
    for name in ("acme", "acme-eu"):
        folder = tmp_path / name
        folder.mkdir()
        sims[name] = start._keep(IntercomSim(folder, "--seed", 40, "--token", f"token-{name}"))
    config = tmp_path / "herald.yaml"
    config.write_text(
        "intercom: {limit_per_window: 16670}\n"
        "workspaces:\n"
        f"  acme: {{base_url: '{sims['acme'].url}', sender_admin_id: 394051}}\n"
        f"  acme-eu: {{base_url: '{sims['acme-eu'].url}', sender_admin_id: 991267816, limit_per_window: 800}}\n")

    def serve(**settings):
        return start.herald(sims["acme"], **{
            "HERALD_CONFIG": str(config), "INTERCOM_BASE_URL": None, "INTERCOM_ACCESS_TOKEN": None,
            "INTERCOM_SENDER_ADMIN_ID": None, "INTERCOM_ACCESS_TOKEN_ACME": "token-acme",
            "INTERCOM_ACCESS_TOKEN_ACME_EU": "token-acme-eu", **settings})

    return serve, sims, config


def finished(herald, campaign, workspace):
    for _ in range(600):
        seen = herald.get(f"/v1/campaigns/{campaign}", headers={"Herald-Workspace": workspace}).json
        if "finished_at" in seen:
            return seen
        time.sleep(0.05)
    raise AssertionError(f"{seen}\n{herald.log()[-2000:]}")


def test_each_campaign_reaches_the_people_of_its_own_workspace(two):
    serve, sims, _ = two
    herald = serve()
    ids = {}
    for workspace, people in (("acme", 7), ("acme-eu", 11)):
        created = herald.create(email_campaign(clients(people)), Herald_Workspace=workspace)
        assert created.status == 201, created
        assert created.json["workspace"] == workspace
        ids[workspace] = created.json["id"]
    for workspace, people in (("acme", 7), ("acme-eu", 11)):
        assert finished(herald, ids[workspace], workspace)["counts"]["accepted"] == people
        assert len(sims[workspace].ledger()) == people
    assert {m["admin_id"] for m in sims["acme"].ledger()} == {"394051"}
    assert {m["admin_id"] for m in sims["acme-eu"].ledger()} == {"991267816"}
    # Nobody sees the other's.
    assert herald.get(f"/v1/campaigns/{ids['acme']}", headers={"Herald-Workspace": "acme-eu"}).status == 404
    listed = herald.get("/v1/campaigns", headers={"Herald-Workspace": "acme-eu"}).json["data"]
    assert [c["id"] for c in listed] == [ids["acme-eu"]]


def test_limits_and_credentials_are_each_workspaces_own(two):
    serve, sims, _ = two
    herald = serve(INTERCOM_ACCESS_TOKEN_ACME_EU="invalid")
    created = herald.create(email_campaign(clients(3)), Herald_Workspace="acme-eu").json["id"]
    fine = herald.create(email_campaign(clients(3)), Herald_Workspace="acme").json["id"]
    assert finished(herald, fine, "acme")["counts"]["accepted"] == 3
    limits = {w: herald.get("/v1/limits", headers={"Herald-Workspace": w}).json for w in ("acme", "acme-eu")}
    assert limits["acme"]["credential"]["state"] == "ok" and limits["acme-eu"]["credential"]["state"] == "held"
    held = herald.get(f"/v1/campaigns/{created}", headers={"Herald-Workspace": "acme-eu"}).json
    assert held["waiting"]["reason"] == "credential" and sims["acme-eu"].ledger() == []
    assert herald.get("/v1/limits").status == 400
    metrics = herald.get("/metrics").body.decode()
    assert 'herald_credential_held{workspace="acme-eu"} 1' in metrics
    assert 'herald_credential_held{workspace="acme"} 0' in metrics


def test_nothing_is_sent_with_the_token_of_another_workspace(two):
    serve, sims, config = two
    config.write_text(config.read_text().replace("acme-eu: {", "acme-eu: {app_id: somebody-else, "))
    herald = serve()
    created = herald.create(email_campaign(clients(3)), Herald_Workspace="acme-eu").json["id"]
    state = herald.get("/v1/limits", headers={"Herald-Workspace": "acme-eu"}).json["credential"]["state"]
    assert state == "other_workspace"
    held = herald.get(f"/v1/campaigns/{created}", headers={"Herald-Workspace": "acme-eu"}).json
    assert held["waiting"]["reason"] == "credential"
    assert sims["acme-eu"].ledger() == []


def test_every_mistake_about_workspaces_is_named(tmp_path):
    config = pathlib.Path(tmp_path) / "herald.yaml"
    config.write_text("workspaces:\n  Acme: {region: mars}\n  b: {colour: red}\n  c:\n  d: {}\n")
    checked = subprocess.run(
        [BIN / "herald", "serve", "--check-config"], capture_output=True, text=True, timeout=20,
        env={"HERALD_CONFIG": str(config), "INTERCOM_ACCESS_TOKEN": "x", "INTERCOM_ACCESS_TOKEN_C": "same",
             "INTERCOM_ACCESS_TOKEN_D": "same", "INTERCOM_SENDER_ADMIN_ID": "1"})
    assert checked.returncode == 2
    for mistake in ("'Acme' is no name", "workspaces.Acme.region: must be us, eu or au", "unknown key 'workspaces.b.colour'",
                    "INTERCOM_ACCESS_TOKEN: with several workspaces", "INTERCOM_SENDER_ADMIN_ID",
                    "the token is that of the workspace c too"):
        assert mistake in checked.stderr, checked.stderr
