"""What is held about a person goes when they ask for it, and nothing of them ever stands in a log or a metric."""

import pathlib
import time
from datetime import UTC, datetime, timedelta

from automations import Automations, delay, in_app, on_event, tag
from operations import EMAIL, Operations, contact_path
from privacy import Secrets
from processes import clients, email_campaign

ANN = "client_1@example.com"


def files_with(folder, text):
    return sorted(file.name for file in pathlib.Path(folder).iterdir() if text.encode() in file.read_bytes())


def test_the_search_finds_what_is_planted():
    secrets = Secrets()
    secrets.add_settings({"INTERCOM_ACCESS_TOKEN": "token-1", "INTERCOM_ACCESS_TOKEN_FILE": "/run/token"})
    secrets.add_body({"subject": "Welcome {{ first_name }}", "audience": {"contacts": [{"variables": {"plan": "Enterprise"}}]}})
    assert secrets.found_in('{"event":"request","path":"/v1/campaigns"}') == []
    assert secrets.found_in("sent to ann+1@mail.example.org") == ["ann+1@mail.example.org"]
    for planted in ("token-1", "Welcome {{ first_name }}", "Enterprise"):
        assert secrets.found_in(f"… {planted} …") == [planted]


def test_a_person_is_erased_and_the_counts_stay(start, fast):
    sim = start.intercom("--seed", 20)
    herald = start.herald(sim, **fast)
    operations = Operations(herald)
    people = [{"email": ANN, "variables": {"first_name": "Anneliese"}}, *clients(4, start=2)]
    sent = herald.create(email_campaign(people, track_event=True)).json["id"]
    done = herald.wait_finished(sent)
    herald.wait_for(sent, lambda c: c["events"]["queued"] == 0)
    assert operations.message({"external_id": "client_1"}, key="m", **EMAIL).status == 201
    assert operations.note("external_id:client_1", key="n", body="Anneliese called").status == 201
    waiting = herald.create(email_campaign([{"external_id": "client_1"}, {"external_id": "client_2"}], launch=False)).json["id"]
    contact = operations.user("external_id:client_1").json["id"]
    assert files_with(herald.folder / "data", ANN)

    answer = herald.request("DELETE", contact_path("email:" + ANN, "/data"))
    assert answer.status == 200, answer
    assert answer.json == {"deliveries": 2, "cancelled": 1, "messages": 1, "events": 1, "answers": 2, "intercom_asked": True}
    for text in (ANN, "client_1\x00", "Anneliese"):
        assert files_with(herald.folder / "data", text) == [], text

    after = herald.campaign(sent)
    assert after["counts"] == done["counts"]
    tombstone = next(r for r in herald.recipients(sent) if r["contact"].get("erased"))
    assert tombstone["state"] == "accepted" and "intercom_contact_id" not in tombstone
    assert not herald.get(f"/v1/deliveries/{tombstone['id']}").body.count(contact.encode())
    replay = operations.message({"external_id": "client_1"}, key="m", **EMAIL)
    assert replay.status == 410 and replay.json["code"] == "contact_erased", replay
    assert herald.post(f"/v1/campaigns/{waiting}/launch", {}).status == 202
    assert herald.wait_finished(waiting)["counts"]["accepted"] == 1
    assert len(sim.ledger()) == 7, "five of the campaign, one direct, one of the second campaign"
    assert herald.get("/v1/audit_entries/verify").json["intact"]
    entry = herald.get("/v1/audit_entries?action=contact_data_erased").json["data"][0]
    assert entry["details"]["deliveries"] == 2 and ANN not in str(entry)
    again = herald.request("DELETE", contact_path("email:" + ANN, "/data"))
    assert again.json["deliveries"] == 0


def test_erasing_works_while_intercom_is_down(start, fast):
    sim = start.intercom("--seed", 20)
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign([{"email": ANN}], launch=False)).json["id"]
    sim.stop()
    answer = herald.request("DELETE", contact_path("email:" + ANN, "/data"), headers={"Prefer": "wait=2"})
    assert answer.status == 200 and answer.json["deliveries"] == 1, answer
    assert answer.json["intercom_asked"] is False
    assert herald.recipients(cid)[0]["contact"] == {"erased": True}


def test_an_interrupted_erasure_can_be_repeated(start, fast):
    sim = start.intercom("--seed", 20)
    herald = start.herald(sim, **fast)
    herald.create(email_campaign([{"email": ANN}], launch=False))
    herald.kill()
    herald = start.herald(sim, **fast)
    assert herald.request("DELETE", contact_path("email:" + ANN, "/data"), headers={"Idempotency-Key": "e"}).status == 200
    replay = herald.request("DELETE", contact_path("email:" + ANN, "/data"), headers={"Idempotency-Key": "e"})
    assert replay.headers["idempotent-replayed"] == "true" and replay.json["deliveries"] == 1


def test_nothing_of_an_automation_is_left_of_a_person_who_was_erased(start, fast):
    sim = start.intercom("--seed", 5)
    herald = start.herald(sim, **fast)
    automations = Automations(herald)
    done = automations.made(on_event("signed_up"), [in_app("Hi {{ event.nickname }}")])
    waits = automations.made(on_event("trial"), [delay("1h"), tag("never")])
    scored = automations.made({"type": "health_score", "threshold": 40, "direction": "below"}, [tag("low")])
    automations.event({"email": ANN}, "signed_up", metadata={"nickname": "Anneliese"})
    automations.event({"external_id": "client_1"}, "trial", metadata={"nickname": "Anneliese"})
    automations.event({"external_id": "client_1"}, "scored", metadata={"health_score": 77})
    automations.wait_ended(done)
    automations.wait(waits, lambda rs: len(rs) == 1)
    assert files_with(herald.folder / "data", "Anneliese")
    answer = herald.request("DELETE", contact_path("email:" + ANN, "/data"))
    assert answer.status == 200, answer
    for text in (ANN, "Anneliese"):
        assert files_with(herald.folder / "data", text) == [], text
    run, = automations.runs(waits)
    assert run["state"] == "cancelled"
    counts = automations.get(waits)["runs"]
    assert counts["cancelled"] == 1 and counts["active"] == 0
    assert automations.get(done)["runs"]["completed"] == 1
    assert automations.runs(scored) == []
    assert herald.get("/v1/audit_entries/verify").json["intact"]


def test_a_person_named_in_an_audience_does_not_come_back(start, fast):
    sim = start.intercom("--seed", 5)
    herald = start.herald(sim, **fast)
    automations = Automations(herald)
    soon = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
    trigger = {"type": "time_based", "schedule": soon, "time_zone": "UTC", "audience": {"contacts": [{"email": ANN}]}}
    key = {"Idempotency-Key": "news"}
    body = {"name": "News", "trigger": trigger, "steps": [tag("news")], "is_active": True}
    created = herald.post("/v1/automations", body, headers=key)
    assert created.status == 201, created
    aid, etag = created.json["id"], created.headers["etag"]
    assert automations.event({"external_id": "client_2"}, "any").status == 202, "by now the definition has been read"
    answer = herald.request("DELETE", contact_path("email:" + ANN, "/data"))
    assert answer.status == 200 and answer.json["answers"] == 1, answer
    assert files_with(herald.folder / "data", ANN) == []
    assert herald.post("/v1/automations", body, headers=key).json["code"] == "contact_erased"
    shown = herald.get(f"/v1/automations/{aid}")
    assert shown.json["trigger"]["audience"] == {"contacts": []} and shown.headers["etag"] != etag
    until = time.monotonic() + 20
    while (firing := automations.get(aid).get("last_firing", {})).get("state") != "done":
        assert time.monotonic() < until, firing
        time.sleep(0.1)
    assert firing["people"] == 0 and firing["entered"] == 0
    assert automations.runs(aid) == []
    assert files_with(herald.folder / "data", ANN) == []
