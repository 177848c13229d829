"""A campaign as its users see it: over HTTP, with a stand-in Intercom that keeps a ledger of what was sent."""

import collections
import http.client
import json
import threading

import pytest

from processes import clients, email_campaign


def sent_to(sim):
    return collections.Counter(entry["contact_id"] for entry in sim.ledger())


def test_everybody_gets_exactly_one_message_and_an_outcome(start, fast):
    sim = start.intercom("--seed", 300, "--limit", 16670, "--latency", "5-20")
    herald = start.herald(sim, **fast)
    created = herald.create(email_campaign(clients(300)))
    assert created.status == 201, created
    assert created.headers["location"] == f"/v1/campaigns/{created.json['id']}"
    done = herald.wait_finished(created.json["id"])
    assert done["state"] == "completed"
    assert done["counts"]["accepted"] == 300
    assert sum(done["counts"].values()) == done["audience_size"] == 300
    assert done["intercom_integration"]["messages_sent"] == 300
    assert done["intercom_integration"]["successful"] == 300
    assert len(done["intercom_integration"]["results"]) == 10
    sent = sent_to(sim)
    assert len(sent) == 300 and set(sent.values()) == {1}
    people = herald.recipients(created.json["id"])
    assert len(people) == 300
    ledger_ids = {entry["id"] for entry in sim.ledger()}
    assert {p["message_id"] for p in people} == ledger_ids
    assert sim.stats()["refused_429"] == 0


def test_the_rendered_message_reaches_intercom_escaped(start, fast):
    sim = start.intercom("--seed", 2)
    herald = start.herald(sim, **fast)
    people = [{"external_id": "client_1", "variables": {"first_name": "<b>Eve</b> & co"}}, {"external_id": "client_2"}]
    created = herald.create(email_campaign(people, variables={"first_name": "Max"}))
    herald.wait_finished(created.json["id"])
    by_contact = {e["external_id"]: e for e in sim.ledger()}
    assert by_contact["client_1"]["body"] == "<p>Hi &lt;b&gt;Eve&lt;/b&gt; &amp; co</p>"
    assert by_contact["client_1"]["subject"] == "Welcome <b>Eve</b> & co"
    assert by_contact["client_2"]["subject"] == "Welcome Max"
    assert by_contact["client_2"]["message_type"] == "email"


def test_an_in_app_message_goes_out_without_subject(start, fast):
    sim = start.intercom("--seed", 1)
    herald = start.herald(sim, **fast)
    created = herald.create({"name": "Hello", "channel": "in_app", "template_type": "custom", "body_text": "Hi & bye",
                             "audience": {"contacts": clients(1)}, "launch": True})
    assert created.status == 201, created
    done = herald.wait_finished(created.json["id"])
    assert done["counts"]["accepted"] == 1
    assert [e["message_type"] for e in sim.ledger()] == ["inapp"]
    assert sim.ledger()[0]["body"] == "Hi &amp; bye"
    assert sim.ledger("event") == []


def test_people_who_must_not_or_cannot_be_written_to_are_skipped_with_the_reason(start, fast):
    sim = start.intercom("--seed", 10)
    ids = {}
    for i, change in enumerate(({"unsubscribed_from_emails": True}, {"has_hard_bounced": True},
                                {"marked_email_as_spam": True}, {}), 1):
        found = sim.get(f"/contacts/find_by_external_id/client_{i}", headers={"Authorization": "Bearer t"})
        ids[i] = found.json["id"]
        sim.request("PUT", f"/contacts/{ids[i]}", change, headers={"Authorization": "Bearer t"})
    sim.post(f"/contacts/{ids[4]}/archive", headers={"Authorization": "Bearer t"})
    herald = start.herald(sim, **fast)
    people = clients(6) + [
        {"email": "CLIENT_6@example.com"},       # the same person as client_6
        {"external_id": "nobody_knows_me"},
        {"id": ids[1]},                          # the same person as client_1, who is skipped
    ]
    created = herald.create(email_campaign(people, subject="Hi {{ nickname }}",
                                           variables={"nickname": "you"}))
    done = herald.wait_finished(created.json["id"])
    reasons = {json.dumps(p["contact"]): p.get("reason") for p in herald.recipients(created.json["id"])}
    assert reasons['{"external_id": "client_1"}'] == "unsubscribed"
    assert reasons['{"external_id": "client_4"}'] == "archived"
    assert reasons['{"external_id": "nobody_knows_me"}'] == "not_found"
    twins = [reasons['{"external_id": "client_6"}'], next(v for k, v in reasons.items() if "CLIENT_6" in k.upper()
                                                          and "email" in k)]
    assert sorted(twins, key=str) == [None, "duplicate"]
    assert sum(done["counts"].values()) == 9
    assert set(sent_to(sim).values()) == {1}


def test_a_missing_variable_without_default_skips_only_that_person(start, fast):
    sim = start.intercom("--seed", 2)
    herald = start.herald(sim, **fast)
    people = [{"external_id": "client_1", "variables": {"plan": "gold"}}, {"external_id": "client_2"}]
    created = herald.create(email_campaign(people, subject="Your {{ plan }} plan"))
    done = herald.wait_finished(created.json["id"])
    assert done["counts"]["accepted"] == 1 and done["counts"]["skipped"] == 1
    skipped = herald.recipients(created.json["id"], state="skipped")
    assert skipped[0]["contact"] == {"external_id": "client_2"} and skipped[0]["reason"] == "missing_variable"


def test_attributes_of_the_contact_in_intercom_fill_variables_last(start, fast):
    sim = start.intercom("--seed", 1)
    herald = start.herald(sim, **fast)
    created = herald.create(email_campaign(clients(1), subject="For {{ tier }}", variables={}))
    done = herald.wait_finished(created.json["id"])
    assert done["counts"]["accepted"] == 1
    assert sim.ledger()[0]["subject"] in {"For gold", "For silver", "For enterprise"}


def test_an_unknown_email_is_looked_up_again_before_it_is_given_up(start, fast):
    sim = start.intercom("--seed", 1)
    herald = start.herald(sim, **fast, HERALD_CONTACT_VISIBILITY_GRACE="1s")
    created = herald.create(email_campaign([{"email": "late@example.com"}, {"email": "never@example.com"}]))
    cid = created.json["id"]
    herald.wait_for(cid, lambda c: c["counts"]["deferred"] == 2)
    sim.post("/contacts", {"role": "user", "email": "late@example.com"}, headers={"Authorization": "Bearer t"})
    done = herald.wait_finished(cid)
    assert done["counts"]["accepted"] == 1 and done["counts"]["skipped"] == 1


def test_a_draft_waits_for_its_launch(start, fast):
    sim = start.intercom("--seed", 3)
    herald = start.herald(sim, **fast)
    created = herald.create(email_campaign(clients(3), launch=False))
    assert created.status == 201 and created.json["state"] == "draft"
    cid = created.json["id"]
    launched = herald.post(f"/v1/campaigns/{cid}/launch")
    assert launched.status == 202, launched
    assert herald.wait_finished(cid)["counts"]["accepted"] == 3
    again = herald.post(f"/v1/campaigns/{cid}/launch")
    assert again.status == 409, again
    assert "completed" in again.json["detail"]


def test_a_client_that_times_out_and_repeats_mails_nobody_twice(start, fast):
    sim = start.intercom("--seed", 20, "--latency", "5-10")
    herald = start.herald(sim, **fast)
    body = email_campaign(clients(20), client_ref="crm-1")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(herald.create(body, Idempotency_Key="k1")))
               for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert {a.status for a in answers} == {201}
    assert len({a.body for a in answers}) == 1
    assert sorted(a.headers.get("idempotent-replayed", "no") for a in answers) == ["no"] + ["true"] * 7
    cid = answers[0].json["id"]
    without_key = herald.create(body)
    assert without_key.status == 200 and without_key.json["id"] == cid
    other = herald.create(email_campaign(clients(19), client_ref="crm-1"))
    assert other.status == 409 and cid in other.json["detail"]
    reused = herald.create(email_campaign(clients(19)), Idempotency_Key="k1")
    assert reused.status == 422 and reused.json["code"] == "key_reused"
    herald.wait_finished(cid)
    assert set(sent_to(sim).values()) == {1} and len(sent_to(sim)) == 20


def test_the_stored_answer_survives_a_kill(start, fast, tmp_path):
    sim = start.intercom("--seed", 5)
    herald = start.herald(sim, **fast)
    body = email_campaign(clients(5))
    first = herald.create(body, Idempotency_Key="once")
    herald.kill()
    herald = start.herald(sim, **fast)
    again = herald.create(body, Idempotency_Key="once")
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["idempotent-replayed"] == "true"
    herald.wait_finished(first.json["id"])
    assert len(sim.ledger()) <= 5 and set(sent_to(sim).values()) <= {1}


def test_the_event_of_an_accepted_email_is_tracked_with_its_facts(start, fast):
    sim = start.intercom("--seed", 5)
    herald = start.herald(sim, **fast)
    created = herald.create(email_campaign(clients(5), track_event=True))
    cid = created.json["id"]
    done = herald.wait_for(cid, lambda c: c["events"]["tracked"] == 5)
    assert done["events"] == {"queued": 0, "tracked": 5, "failed": 0}
    events = sim.ledger("event")
    assert {e["event_name"] for e in events} == {"email_campaign_received"}
    assert events[0]["metadata"] == {"campaign_id": cid, "campaign_name": "Day 1 onboarding",
                                     "template_type": "onboarding"}


def test_the_event_stream_shows_snapshots_and_ends_with_the_campaign(start, fast):
    sim = start.intercom("--seed", 60, "--latency", "20-40", "--limit", 1000)
    herald = start.herald(sim)
    created = herald.create(email_campaign(clients(60)))
    connection = http.client.HTTPConnection("127.0.0.1", herald.port, timeout=60)
    connection.request("GET", f"/v1/campaigns/{created.json['id']}/events")
    response = connection.getresponse()
    assert response.getheader("Content-Type").startswith("text/event-stream")
    text = response.read().decode()  # ends by itself
    connection.close()
    events = [block.split("\n") for block in text.split("\n\n") if block.startswith("event:")]
    assert events[-1][0] == "event: completed"
    snapshots = [json.loads(next(line for line in e if line.startswith("data:"))[5:]) for e in events]
    assert all(sum(s["counts"].values()) == 60 for s in snapshots)
    accepted = [s["counts"]["accepted"] for s in snapshots]
    assert accepted == sorted(accepted) and accepted[-1] == 60


def test_pausing_stops_and_resuming_finishes_without_a_double(start):
    sim = start.intercom("--seed", 400, "--latency", "20-40")
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(400))).json["id"]
    herald.wait_for(cid, lambda c: c["counts"]["accepted"] >= 50)
    paused = herald.post(f"/v1/campaigns/{cid}/pause")
    assert paused.status == 200 and paused.json["state"] == "paused", paused
    still = herald.wait_for(cid, lambda c: c["counts"]["inflight"] == 0)
    assert still["pause_reason"] == "operator"
    sent = len(sim.ledger())
    assert herald.post(f"/v1/campaigns/{cid}/resume").status == 200
    done = herald.wait_finished(cid)
    assert sent < 400 and done["counts"]["accepted"] == 400
    assert set(sent_to(sim).values()) == {1}


def test_a_repeated_pause_of_long_ago_takes_nothing_from_the_running_campaign(start):
    sim = start.intercom("--seed", 400, "--latency", "20-40")
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(400))).json["id"]
    herald.wait_for(cid, lambda c: c["counts"]["accepted"] >= 20)
    assert herald.post(f"/v1/campaigns/{cid}/pause", headers={"Idempotency-Key": "p"}).status == 200
    assert herald.post(f"/v1/campaigns/{cid}/resume").status == 200
    herald.wait_for(cid, lambda c: c["counts"]["inflight"] > 0)
    again = herald.post(f"/v1/campaigns/{cid}/pause", headers={"Idempotency-Key": "p"})
    assert again.headers["idempotent-replayed"] == "true"
    assert herald.wait_finished(cid)["counts"]["accepted"] == 400


def test_a_pause_that_waits_answers_when_the_wire_is_quiet(start):
    sim = start.intercom("--seed", 400, "--latency", "300-600")
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(400))).json["id"]
    herald.wait_for(cid, lambda c: c["counts"]["inflight"] >= 5)
    paused = herald.post(f"/v1/campaigns/{cid}/pause?wait=drained")
    assert paused.status == 200 and paused.json["state"] == "paused", paused
    assert paused.json["counts"]["inflight"] == 0
    assert len(sim.ledger()) == paused.json["counts"]["accepted"] > 0
    assert herald.campaign(cid)["counts"] == paused.json["counts"]


def test_cancelling_leaves_nobody_without_a_state(start):
    sim = start.intercom("--seed", 400, "--latency", "20-40")
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(400))).json["id"]
    herald.wait_for(cid, lambda c: c["counts"]["accepted"] >= 20)
    cancelled = herald.post(f"/v1/campaigns/{cid}/cancel")
    assert cancelled.status == 200 and cancelled.json["state"] == "cancelled", cancelled
    done = herald.wait_for(cid, lambda c: c["counts"]["inflight"] == 0)
    assert done["counts"]["accepted"] + done["counts"]["cancelled"] == 400
    assert len(sim.ledger()) == done["counts"]["accepted"]


def test_two_campaigns_run_side_by_side(start):
    sim = start.intercom("--seed", 300, "--latency", "10-20")
    herald = start.herald(sim)
    first = herald.create(email_campaign(clients(300))).json["id"]
    second = herald.create(email_campaign(clients(300), subject="Another")).json["id"]
    herald.wait_for(second, lambda c: c["counts"]["accepted"] >= 60)
    assert herald.campaign(first)["counts"]["accepted"] < 300
    assert herald.wait_finished(first)["counts"]["accepted"] == 300
    assert herald.wait_finished(second)["counts"]["accepted"] == 300


def test_without_a_token_the_service_runs_and_says_what_it_waits_for(start):
    sim = start.intercom("--seed", 1)
    herald = start.herald(sim, INTERCOM_ACCESS_TOKEN=None)
    assert herald.get("/livez").status == 200
    assert herald.get("/readyz").status == 200
    created = herald.create(email_campaign(clients(1)))
    assert created.status == 201 and created.json["sender"]["verified"] is False
    seen = herald.wait_for(created.json["id"], lambda c: (c.get("waiting") or {}).get("reason") == "credential")
    assert seen["state"] == "running" and seen["counts"]["queued"] == 1
    assert sim.ledger() == []


def test_a_sender_who_is_no_admin_is_refused(start, fast):
    sim = start.intercom("--seed", 1)
    herald = start.herald(sim, **fast)
    refused = herald.create(email_campaign(clients(1), sender={"admin_id": 7}))
    assert refused.status == 422, refused
    assert [e["pointer"] for e in refused.json["errors"]] == ["/sender/admin_id"]
    accepted = herald.create(email_campaign(clients(1), sender={"admin_id": 991267816}))
    assert accepted.json["sender"] == {**accepted.json["sender"], "admin_id": 991267816, "verified": True}


@pytest.mark.parametrize("body, status, pointers", [
    (b"{not json", 400, None),
    (b"\xff\xfe", 400, None),
    ({}, 422, {"/name", "/channel", "/template_type"}),
    ({"name": 7, "channel": "fax", "template_type": "x", "subject": "a\nb", "body_html": "{{ a | upcase }}",
      "audience": {"contacts": [{"email": "no at sign"}, {}, {"id": "1", "email": "a@b.c"}]}, "surprise": 1,
      "scheduled_at": "tomorrow"}, 422,
     {"/name", "/channel", "/template_type", "/audience/contacts/0/email",
      "/audience/contacts/1", "/audience/contacts/2", "/surprise", "/scheduled_at"}),
    ({**email_campaign(clients(1)), "segment_id": "x"}, 422, {"/segment_id"}),
    ({**email_campaign(clients(1)), "audience": {"segment_id": "x"}}, 422, {"/audience/segment_id"}),
    ({**email_campaign(clients(1)), "create_missing_contacts": "yes"}, 422, {"/create_missing_contacts"}),
    ({**email_campaign(clients(1)), "audience": {"filter": {"all": [{"field": "created_at", "op": "gte", "value": 1}]}}},
     422, {"/audience/filter/all/0/op"}),
    ({**email_campaign(clients(1)), "max_per_minute": 0}, 422, {"/max_per_minute"}),
    ({**email_campaign(clients(1)), "expires_at": "2026-01-01T00:00:00Z"}, 422, {"/expires_at"}),
    ({**email_campaign([])}, 422, {"/audience/contacts"}),
])
def test_every_mistake_is_named_at_once(start, fast, body, status, pointers):
    sim = start.intercom("--seed", 1)
    herald = start.herald(sim, **fast)
    answer = herald.create(body)
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    if pointers is not None:
        assert pointers <= {e["pointer"] for e in answer.json["errors"]}, answer.json
    assert answer.json["request_id"]
    assert herald.get("/v1/campaigns").json["data"] == []


def test_http_manners(start, fast):
    sim = start.intercom("--seed", 1)
    herald = start.herald(sim, **fast)
    assert herald.get("/nowhere").status == 404
    wrong = herald.request("DELETE", "/v1/campaigns")
    assert wrong.status == 405 and "POST" in wrong.headers["allow"]
    assert herald.get("/v1/campaigns/cmp_00000000000000000000000000").json["code"] == "not_found"
    assert herald.post("/v1/campaigns", b"name=x", headers={"Content-Type": "application/x-www-form-urlencoded"}).status == 415
    huge = herald.post("/v1/campaigns", b"[" + b" " * (9 << 20) + b"]")
    assert huge.status == 413
    contract = herald.get("/openapi.yaml")
    assert contract.status == 200 and b"openapi: 3.0.3" in contract.body
