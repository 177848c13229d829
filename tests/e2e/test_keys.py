"""API keys: made and revoked while the service runs, asked for on every call, and never written down."""

import http.client
import os
import re
import socket
import subprocess
import time
import urllib.parse

import pytest

from processes import BIN, clients, email_campaign


def keys(herald_or_folder, *args, **env):
    """`herald keys …` beside the service, with its data directory."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HERALD_", "INTERCOM_"))}
    folder = getattr(herald_or_folder, "folder", herald_or_folder)
    return subprocess.run([BIN / "herald", "keys", *map(str, args)],
                          env={**clean, "HERALD_DATA_DIR": str(folder / "data"), **env}, capture_output=True, text=True,
                          timeout=60)


def create(herald, name, scopes, *more, **env):
    done = keys(herald, "create", "--name", name, "--scopes", scopes, *more, **env)
    assert done.returncode == 0, done.stderr
    key = done.stdout.strip()
    assert re.fullmatch(r"hrld_[0-9a-hjkmnp-tv-z]{52}", key)
    assert key not in done.stderr
    return key, re.search(r"key_\w{26}", done.stderr)[0]


def bearer(key, **more):
    return {"Authorization": f"Bearer {key}", **{k.replace("_", "-"): v for k, v in more.items()}}


def status_within(herald, key, wanted, seconds=2):
    """The status of a call becomes `wanted` soon, and nobody gets anything without a key."""
    deadline = time.monotonic() + seconds
    while True:
        seen = herald.get("/v1/limits", headers=bearer(key)).status, herald.get("/v1/limits").status
        if seen == (wanted, 401):
            return
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)


def test_a_key_is_made_used_and_revoked_while_the_service_runs(start, fast):
    herald = start.herald(start.intercom("--seed", 5), **fast)
    assert herald.get("/v1/campaigns").status == 200
    key, key_id = create(herald, "crm", "campaigns:read,campaigns:write,audit:read")
    status_within(herald, key, 200)
    assert herald.get("/v1/campaigns").status == 401
    made = herald.create(email_campaign(clients(3)), Authorization=f"Bearer {key}", Idempotency_Key="k")
    assert made.status == 201, made
    deadline = time.monotonic() + 30
    while "finished_at" not in herald.get(f"/v1/campaigns/{made.json['id']}", headers=bearer(key)).json:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    again = herald.create(email_campaign(clients(3)), Authorization=f"Bearer {key}", Idempotency_Key="k")
    assert again.headers["idempotent-replayed"] == "true" and again.json["id"] == made.json["id"]

    listed = keys(herald, "list").stdout.splitlines()
    assert [line.split("\t")[:3] for line in listed[1:]] == [[key_id, "crm", "campaigns:read,campaigns:write,audit:read"]]
    assert keys(herald, "revoke", key_id).returncode == 0
    status_within(herald, key, 401)
    answer = herald.get("/v1/campaigns", headers=bearer(key))
    assert answer.json["code"] == "key_unknown" and 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert herald.get("/v1/campaigns").json["code"] == "key_required"
    assert "revoked" in keys(herald, "revoke", key_id).stderr

    other, _ = create(herald, "auditor", "audit:read")
    status_within(herald, other, 403)
    entries = herald.get("/v1/audit_entries?order=asc&limit=100", headers=bearer(other)).json["data"]
    who = [(e["actor"], e["action"]) for e in entries if e["actor"] != "herald"]
    assert who[0] == ("operator", "key_created") and ("crm", "email_campaign_created") in who
    assert who[-2:] == [("operator", "key_revoked"), ("operator", "key_created")]
    assert herald.get("/v1/audit_entries/verify", headers=bearer(other)).json["intact"]
    assert '"actor":"crm"' in herald.log()


def test_what_is_missing_is_said(start):
    herald = start.herald(start.intercom())
    key, _ = create(herald, "crm", "campaigns:read")
    status_within(herald, key, 200)
    answer = herald.post("/v1/messages", {}, headers=bearer(key))
    assert answer.status == 403
    assert answer.json["missing_scope"] == "messages:send" and "messages:send" in answer.json["detail"]
    assert 'scope="messages:send"' in answer.headers["www-authenticate"]
    answer = herald.get("/v1/limits", headers=bearer(key, Herald_Workspace="umbrella"))
    assert (answer.status, answer.json["code"]) == (403, "workspace_forbidden")
    for path in ("/livez", "/readyz", "/metrics", "/openapi.yaml"):
        assert herald.get(path).status == 200
    metrics = herald.get("/metrics").body.decode()
    assert 'herald_access_refused_total{reason="scope_missing"} 1' in metrics
    assert 'herald_access_refused_total{reason="workspace_forbidden"} 1' in metrics


def test_a_quota_is_the_keys_own(start):
    herald = start.herald(start.intercom())
    small, _ = create(herald, "small", "campaigns:read", "--requests-per-minute", "30")
    large, _ = create(herald, "large", "campaigns:read")
    status_within(herald, large, 200)
    answers = [herald.get("/v1/limits", headers=bearer(small)) for _ in range(5)]
    assert [a.status for a in answers] == [200, 429, 429, 429, 429]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=1;w=2'
    assert answers[0].headers["ratelimit"] == '"key";r=0;t=2'
    assert answers[1].json["code"] == "quota_exceeded" and int(answers[1].headers["retry-after"]) in (1, 2)
    assert {herald.get("/v1/limits", headers=bearer(large)).status for _ in range(50)} == {200}
    time.sleep(int(answers[1].headers["retry-after"]))
    assert herald.get("/v1/limits", headers=bearer(small)).status == 200


def test_a_body_is_not_read_of_somebody_who_is_not_let_in(start):
    herald = start.herald(start.intercom())
    key, _ = create(herald, "crm", "campaigns:read")
    status_within(herald, key, 200)
    with socket.create_connection(("127.0.0.1", herald.port), timeout=10) as connection:
        connection.sendall(b"POST /v1/campaigns HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                           b"Content-Length: 8000000\r\n\r\n{")  # and nothing more
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 401 and answer.getheader("Connection") == "close"


def test_keys_of_the_configuration(start, tmp_path):
    made = keys(tmp_path, "create", "--name", "crm", "--scopes", "campaigns:read", "--workspaces", "acme", "--config")
    key, entry = made.stdout.splitlines()
    assert not (tmp_path / "data").exists()
    config = tmp_path / "herald.yaml"
    config.write_text(f"workspaces: {{acme: {{region: eu}}, acme-eu: {{region: eu}}}}\nkeys:\n  - {entry}\n")
    herald = start.herald("http://127.0.0.1:1", HERALD_CONFIG=str(config), INTERCOM_BASE_URL=None,
                          INTERCOM_ACCESS_TOKEN=None, INTERCOM_SENDER_ADMIN_ID=None)
    answer = herald.get("/v1/limits", headers=bearer(key))
    assert answer.status == 200 and answer.json["workspace"] == "acme"
    assert herald.get("/v1/limits", headers=bearer(key, Herald_Workspace="acme-eu")).status == 403
    both, _ = create(herald, "bi", "admin", "--workspaces", "acme,acme-eu", HERALD_CONFIG=str(config))
    deadline = time.monotonic() + 2
    while herald.get("/v1/limits", headers=bearer(both, Herald_Workspace="acme-eu")).status != 200:
        assert time.monotonic() < deadline
    assert herald.get("/v1/limits", headers=bearer(both)).json["code"] == "workspace_required"


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0"])
def test_beyond_this_machine_only_with_a_key(start, tmp_path, address):
    env = {"HERALD_LISTEN": address, "HERALD_DATA_DIR": str(tmp_path / "data")}
    for arguments in (["serve"], ["serve", "--check-config"]):
        refused = subprocess.run([BIN / "herald", *arguments], env=env, capture_output=True, text=True, timeout=20)
        assert refused.returncode == 2 and "there is no API key" in refused.stderr, refused
    assert not (tmp_path / "data").exists()
    key, key_id = create(tmp_path, "crm", "campaigns:read")  # before the first start
    herald = start.herald("http://127.0.0.1:1", HERALD_LISTEN=address)
    assert herald.get("/v1/limits").status == 401
    assert herald.get("/v1/limits", headers=bearer(key)).status == 200
    keys(tmp_path, "revoke", key_id)
    status_within(herald, key, 401)
    assert herald.get("/v1/limits").status == 401


def test_mistakes_are_all_named_and_nothing_is_stored(start, tmp_path):
    done = keys(tmp_path, "create", "--name", "C R M", "--scopes", "foo,campaigns:read", "--workspaces", "mars", "--x")
    assert done.returncode == 2 and done.stdout == ""
    for part in ("'C R M'", "'foo'", "'mars'", "'--x'"):
        assert part in done.stderr, done.stderr
    assert not (tmp_path / "data").exists()
    assert keys(tmp_path, "revoke", "key_1").returncode == 2
    assert keys(tmp_path, "frobnicate").returncode == 2
    assert keys(tmp_path, "list").returncode == 2


def test_a_key_is_nowhere_but_with_its_caller(start, fast):
    herald = start.herald(start.intercom("--seed", 3), **fast)
    key, _ = create(herald, "crm", "admin")
    status_within(herald, key, 200)
    herald.create(email_campaign(clients(3)), Authorization=f"Bearer {key}", Idempotency_Key="once")
    herald.get(f"/v1/campaigns?client_ref={urllib.parse.quote(key)}", headers=bearer(key))
    unknown = "hrld_" + "z" * 52
    herald.get("/v1/limits", headers=bearer(unknown))
    herald.get("/v1/limits", headers={"Authorization": f"Basic {unknown}"})
    metrics = herald.get("/metrics").body
    assert herald.stop() == 0
    written = [f for f in herald.folder.rglob("*") if f.is_file()]
    assert any(f.name == "herald.db" for f in written) and any(f.name == "herald.log" for f in written)
    for secret in (key.encode(), unknown.encode(), key.removeprefix("hrld_").encode()):
        assert secret not in metrics
        for file in written:
            assert secret not in file.read_bytes(), file


def test_keys_survive_kill_9(start):
    herald = start.herald(start.intercom())
    key, key_id = create(herald, "crm", "campaigns:read")
    herald.kill()
    keys(herald, "revoke", key_id)  # while nobody runs
    other, _ = create(herald, "crm", "campaigns:read")
    herald = start.herald("http://127.0.0.1:1")
    assert herald.get("/v1/limits", headers=bearer(key)).status == 401
    assert herald.get("/v1/limits", headers=bearer(other)).status == 200
