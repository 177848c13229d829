"""Who did what, and that the chain of it holds, also after kill -9 and never after tampering."""

import os
import sqlite3
import subprocess
import threading
import time
import urllib.parse

from processes import BIN, clients, email_campaign


def verify(*args, **env):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HERALD_", "INTERCOM_"))}
    return subprocess.run([BIN / "herald", "audit", "verify", *map(str, args)], env={**clean, **env},
                          capture_output=True, text=True, timeout=60)


def entries(herald, **query):
    answer = herald.get("/v1/audit_entries?" + urllib.parse.urlencode({"limit": 500, "order": "asc", **query}))
    assert answer.status == 200, answer
    return answer.json["data"]


def actions(found):
    return [entry["action"] for entry in found]


def test_a_campaign_from_creation_to_completion(start, fast):
    sim = start.intercom("--seed", 30, "--latency", "200-300")  # so that a pause comes before the end
    herald = start.herald(sim, **fast)
    body = email_campaign(clients(30), created_by="ann@acme.example", launch=False)
    cid = herald.create(body, X_Request_Id="day-1").json["id"]
    for verb in ("launch", "pause", "resume"):
        assert herald.post(f"/v1/campaigns/{cid}/{verb}").status in (200, 202)
    herald.wait_finished(cid)
    found = entries(herald, resource=f"campaign:{cid}")
    assert [a for a in actions(found) if a != "sender_confirmed"] == [
        "email_campaign_created", "campaign_launched", "campaign_paused", "campaign_resumed", "campaign_completed"]
    created = found[0]
    assert created["request_id"] == "day-1" and created["actor"] == "anonymous"
    assert created["details"] == {"campaign_id": cid, "created_by": "ann@acme.example", "recipient_count": 30,
                                  "intercom_integration": True, "send_status": "draft"}
    completed = found[-1]
    assert completed["actor"] == "herald" and "request_id" not in completed
    assert completed["details"]["accepted"] == 30

    answer = herald.get("/v1/audit_entries/verify").json
    assert answer["intact"] and answer["entries"] == len(entries(herald))
    beside = verify(herald.folder / "data")  # while it runs
    assert beside.returncode == 0, beside.stderr
    assert answer["head"] in beside.stdout and f"{answer['entries']} entries, intact" in beside.stdout
    assert herald.stop() == 0
    assert verify(HERALD_DATA_DIR=str(herald.folder / "data")).stdout == beside.stdout


def test_the_chain_holds_after_kills_at_any_moment(start, fast):
    sim = start.intercom("--seed", 300, "--latency", "20-60")
    herald = start.herald(sim, **fast)
    ids = [herald.create(email_campaign(clients(100, 1 + 100 * i), launch=False)).json["id"] for i in range(3)]
    for kill in range(4):
        stop = threading.Event()

        def toggle(program=herald, stop=stop):
            while not stop.is_set():
                for cid in ids:
                    for verb in ("launch", "pause", "resume"):
                        try:
                            program.post(f"/v1/campaigns/{cid}/{verb}", timeout=5)
                        except OSError:
                            return
                        except Exception:  # noqa: BLE001 - the answer of a process that was killed meanwhile
                            return

        thread = threading.Thread(target=toggle)
        thread.start()
        time.sleep(0.15 + 0.1 * kill)
        herald.kill()
        stop.set()
        thread.join()
        offline = verify(herald.folder / "data")  # what the killed process left, not yet recovered
        assert offline.returncode == 0, offline.stdout + offline.stderr
        herald = start.herald(sim, **fast)
    assert herald.get("/v1/audit_entries/verify").json["intact"]
    # The last state that the entries tell of is the state of the campaign.
    for cid in ids:
        if herald.campaign(cid)["state"] == "paused":
            herald.post(f"/v1/campaigns/{cid}/resume")
        herald.wait_finished(cid)
        after = [e["details"]["state_after"] for e in entries(herald, resource=f"campaign:{cid}")
                 if "state_after" in e["details"]]
        before = [e["details"]["state_before"] for e in entries(herald, resource=f"campaign:{cid}")
                  if "state_before" in e["details"]]
        assert ["draft", *after[:-1]] == before, "every state begins where the last one ended"
        assert after[-1] == herald.campaign(cid)["state"]


def test_an_upload_cut_by_a_kill_is_on_record_after_the_next_start(start):
    import socket
    sim = start.intercom()
    herald = start.herald(sim)
    cid = herald.create({k: v for k, v in email_campaign([], launch=False).items() if k != "audience"}).json["id"]
    connection = socket.create_connection(("127.0.0.1", herald.port), timeout=10)
    connection.sendall((f"POST /v1/campaigns/{cid}/recipients HTTP/1.1\r\nHost: x\r\nX-Request-Id: import-7\r\n"
                        "Content-Type: application/x-ndjson\r\nContent-Length: 100000000\r\n\r\n").encode())
    connection.sendall(b"".join(b'{"external_id":"u-%d"}\n' % i for i in range(12_000)))
    herald.wait_for(cid, lambda c: c["audience_size"] >= 10_000)
    assert "recipients_uploaded" not in actions(entries(herald))
    herald.kill()
    connection.close()
    herald = start.herald(sim)
    found = entries(herald, action="recipients_uploaded")
    assert len(found) == 1 and found[0]["request_id"] == "import-7"
    assert found[0]["details"] == {"added": herald.campaign(cid)["audience_size"], "duplicates": 0,
                                   "outcome": "process_ended"}
    assert herald.get("/v1/audit_entries/verify").json["intact"]


def test_tampering_is_named_by_the_service_and_offline(start):
    herald = start.herald(start.intercom())
    for i in range(4):
        herald.create(email_campaign(clients(1), launch=False, name=f"c{i}"))
    with sqlite3.connect(herald.folder / "data" / "herald.db") as database:
        database.execute("UPDATE audit_entries SET actor = 'nobody' WHERE position = 3")
    database.close()
    answer = herald.get("/v1/audit_entries/verify").json
    assert not answer["intact"] and answer["entries"] == 2
    assert (answer["first_bad"]["position"], answer["first_bad"]["fault"]) == (3, "altered")
    offline = verify(herald.folder / "data")
    assert offline.returncode == 1
    assert f"entry 3 ({answer['first_bad']['id']}) is altered" in offline.stdout


def test_what_cannot_be_verified_is_not_called_broken(tmp_path):
    missing = verify(tmp_path / "nowhere")
    assert missing.returncode == 2 and "there is no" in missing.stderr
    (tmp_path / "herald.db").write_bytes(b"")
    empty = verify(tmp_path)
    assert empty.returncode == 2 and "audit" in empty.stderr, empty
    (tmp_path / "herald.db").write_bytes(b"this is no database" * 100)
    assert verify(tmp_path).returncode == 2
    assert verify(tmp_path, "surplus").returncode == 2
