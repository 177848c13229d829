"""Single operations when Intercom, the network or the process misbehave: what is answered, and what was done."""

import concurrent.futures
import json
import time

from operations import EMAIL, Operations, contact_path

ANN = {"external_id": "client_1"}


def given(start, fast, *args, **settings):
    sim = start.intercom("--seed", 60, *args)
    return Operations(start.herald(sim, **{**fast, **settings})), sim


def stored(operations, answer):
    return operations.herald.get("/v1/messages/" + answer.json["message_id"]).json


def test_at_most_once_answers_unknown_and_its_key_never_sends_again(start, fast):
    operations, sim = given(start, fast)
    for fault in ("commit_then_502", "commit_then_rst", "commit_then_truncate", "commit_then_garbage"):
        before = len(sim.ledger())
        sim.faults({"match": "POST /messages", "count": 1, "do": fault})
        first = operations.message(ANN, key=fault, delivery_policy="at_most_once", **EMAIL)
        assert first.status == 504 and first.json["code"] == "outcome_unknown", (fault, first)
        kept = stored(operations, first)
        assert (kept["state"], kept["attempts"], kept["possible_duplicate"]) == ("unknown", 1, False)
        again = operations.message(ANN, key=fault, delivery_policy="at_most_once", **EMAIL)
        assert again.status == 504 and again.body == first.body and again.headers["idempotent-replayed"] == "true"
        assert len(sim.ledger()) == before + 1, fault
        assert operations.user("external_id:client_1").status == 200  # the breaker counts failures in a row


def test_at_least_once_says_that_it_may_have_doubled(start, fast):
    operations, sim = given(start, fast)
    sim.faults({"match": "POST /messages", "count": 1, "do": "commit_then_502"})
    sent = operations.message(ANN, **EMAIL)
    assert sent.status == 201 and sent.json["attempts"] == 2 and sent.json["possible_duplicate"] is True
    assert len(sim.ledger()) == 2


def test_the_deadline_is_the_callers(start, fast):
    operations, sim = given(start, fast)
    operations.user("external_id:client_1")
    sim.faults({"match": "POST /messages", "do": "commit_then_stall", "seconds": 20})
    began = time.monotonic()
    late = operations.message(ANN, wait=2, **EMAIL)
    assert 1.9 <= time.monotonic() - began < 4
    assert late.status == 504 and late.json["code"] == "outcome_unknown", late
    sim.faults({"match": "/contacts/", "do": "stall_before_commit", "seconds": 20})
    reading = operations.herald.get(contact_path("external_id:client_1"), headers={"X-Request-Timeout-Ms": "500"})
    assert reading.status == 504 and reading.json["code"] == "deadline_exceeded", reading


def test_what_intercom_refuses_is_told_apart(start, fast):
    operations, sim = given(start, fast, "--seed-suppressed")
    for reference, code in (("client_7", "unsubscribed"), ("client_17", "contact_suppressed"),
                            ("client_37", "contact_suppressed"), ("client_47", "contact_suppressed")):
        refused = operations.message({"external_id": reference}, **EMAIL)
        assert refused.status == 422 and refused.json["code"] == code, refused
    assert sim.ledger() == []
    sim.faults({"match": "POST /messages", "count": 1, "do": "status", "status": 422,
                "body": json.dumps({"type": "error.list", "errors": [{"code": "data_invalid", "message": "Too rude"}]})})
    refused = operations.message(ANN, **EMAIL)
    assert refused.status == 422 and refused.json["code"] == "content_rejected" and "Too rude" in refused.json["detail"]
    assert stored(operations, refused)["reason"] == "data_invalid"
    sim.faults({"match": "POST /messages", "count": 1, "do": "status", "status": 403, "body": json.dumps(
        {"type": "error.list", "errors": [{"code": "api_plan_restricted", "message": "Active subscription needed."}]})})
    assert operations.message(ANN, **EMAIL).status == 502


def test_an_unknown_attribute_is_intercoms_word(start, fast):
    operations, _ = given(start, fast)
    refused = operations.put_user("external_id:client_1", custom_attributes={"shoe_size": 42})
    assert refused.status == 422 and refused.json["code"] == "content_rejected", refused
    assert "shoe_size" in refused.json["detail"]


def test_a_note_is_never_written_twice(start, fast):
    operations, sim = given(start, fast)
    sim.faults({"match": "POST /contacts/{contact_id}/notes", "count": 1, "do": "commit_then_502"})
    unknown = operations.note("external_id:client_1", key="n", body="Call")
    assert unknown.status == 504 and unknown.json["code"] == "outcome_unknown", unknown
    assert operations.note("external_id:client_1", key="n", body="Call").status == 504
    assert len(sim.ledger("note")) == 1


def test_an_event_is_repeated_and_counted_once(start, fast):
    operations, sim = given(start, fast)
    sim.faults({"match": "POST /events", "count": 2, "do": "commit_then_rst"})
    assert operations.event(ANN, "feature_used").status == 202
    assert len(sim.ledger("event")) == 1


def test_users_that_exist_are_resolved(start, fast):
    operations, sim = given(start, fast)
    intercom = {"Authorization": "Bearer t"}
    ann = operations.user("external_id:client_1").json
    # Archived: brought back and changed.
    sim.post(f"/contacts/{ann['id']}/archive", {}, headers=intercom)
    back = operations.put_user("email:client_1@example.com", name="Back")
    assert back.status == 200 and back.json["id"] == ann["id"] and back.json["archived"] is False, back
    # Somebody else's address: nobody is changed.
    taken = operations.put_user("external_id:c-9", email="client_2@example.com")
    assert taken.status == 409 and taken.json["code"] == "contact_conflict", taken
    assert operations.put_user("external_id:client_3", email="client_2@example.com").status == 409
    # Merged: the survivor.
    lead = sim.post("/contacts", {"role": "lead", "email": "client_4@example.com"}, headers=intercom).json
    ben = operations.user("external_id:client_4").json
    merged = sim.post("/contacts/merge", {"from": lead["id"], "into": ben["id"]}, headers=intercom)
    assert merged.status == 200, merged
    assert operations.put_user(lead["id"], name="One").json["id"] == ben["id"]
    assert operations.user(lead["id"]).json["id"] == ben["id"]
    assert operations.note(lead["id"], body="x").json["contact_id"] == ben["id"]
    sent = operations.message({"id": lead["id"]}, **EMAIL)
    assert sent.status == 201 and sent.json["contact_id"] == ben["id"], sent


def test_the_same_key_at_the_same_time_has_one_effect(start, fast):
    operations, sim = given(start, fast, "--latency", "200-300")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: operations.message(ANN, key="k", **EMAIL), range(8)))
    assert len(sim.ledger()) == 1
    assert {a.status for a in answers} <= {201, 409} and sum(a.status == 201 for a in answers) >= 1
    assert all(a.json["code"] == "request_running" and a.headers["retry-after"] for a in answers if a.status == 409)
    final = operations.message(ANN, key="k", **EMAIL)
    assert final.status == 201 and final.headers["idempotent-replayed"] == "true"
    other = operations.message(ANN, key="k", **{**EMAIL, "subject": "Other"})
    assert other.status == 422 and other.json["code"] == "key_reused"


def test_after_a_kill_in_flight_the_message_is_unknown_and_never_sent_again(start, fast):
    operations, sim = given(start, fast)
    operations.user("external_id:client_1")
    sim.faults({"match": "POST /messages", "do": "commit_then_stall", "seconds": 60},
               {"match": "POST /contacts/{contact_id}/notes", "do": "commit_then_stall", "seconds": 60})
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        pending = [pool.submit(operations.message, ANN, key="m", **EMAIL),
                   pool.submit(operations.note, "external_id:client_1", key="n", body="Call")]
        while not (sim.ledger() and sim.ledger("note")):
            time.sleep(0.01)
        operations.herald.kill()
        for broken in pending:
            assert broken.exception() is not None
    sim.faults()
    operations = Operations(start.herald(sim, **fast))
    again = operations.message(ANN, key="m", **EMAIL)
    assert again.status == 504 and again.json["code"] == "outcome_unknown", again
    assert stored(operations, again)["state"] == "unknown"
    assert operations.note("external_id:client_1", key="n", body="Call").status == 504
    assert len(sim.ledger()) == len(sim.ledger("note")) == 1
    assert operations.message(ANN, key="m2", **EMAIL).status == 201


def test_an_answer_survives_a_kill(start, fast):
    operations, sim = given(start, fast)
    sent = operations.message(ANN, key="m", **EMAIL)
    assert sent.status == 201
    operations.herald.kill()
    operations = Operations(start.herald(sim, **fast))
    again = operations.message(ANN, key="m", **EMAIL)
    assert (again.status, again.body) == (201, sent.body) and again.headers["idempotent-replayed"] == "true"
    assert operations.herald.get(sent.headers["location"]).json == sent.json
    assert len(sim.ledger()) == 1


def test_a_stop_waits_for_the_message_that_is_on_its_way(start, fast):
    operations, sim = given(start, fast)
    operations.tag("external_id:client_1", "known")  # so that nothing but the message is on its way
    sim.faults({"match": "POST /messages", "do": "latency", "ms": 7000})
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pending = pool.submit(operations.message, ANN, key="m", **EMAIL)
        while not operations.herald.get("/v1/limits").json["inflight"]["now"]:
            time.sleep(0.01)
        assert operations.herald.stop() == 0
        assert pending.result().status == 201


def test_a_campaign_does_not_keep_a_single_message_waiting(start):
    from processes import clients, email_campaign
    sim = start.intercom("--seed", 1600, "--latency", "5-10")
    operations = Operations(start.herald(sim))  # Intercom's own pace
    cid = operations.herald.create(email_campaign(clients(1600))).json["id"]
    operations.herald.wait_for(cid, lambda c: c["counts"]["accepted"] > 20)
    waits = []
    for n in range(5):
        began = time.monotonic()
        assert operations.message({"external_id": f"client_{1600 - n}"}, **EMAIL).status == 201
        waits.append(time.monotonic() - began)
    assert operations.herald.campaign(cid)["counts"]["queued"] > 0, "the campaign was over too soon to tell"
    assert sorted(waits)[2] < 1.0, waits
