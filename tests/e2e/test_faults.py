"""Intercom misbehaves: nobody twice, nobody lost, exactly the ambiguous ones unknown."""

import collections

from processes import clients, email_campaign


def check_against_ledger(herald, sim, campaign_id):
    """accepted: exactly one message; unknown: none or one; every other state: none. RESILIENCE P4."""
    sent = collections.Counter(entry["external_id"] for entry in sim.ledger())
    for person in herald.recipients(campaign_id):
        count = sent[person["contact"]["external_id"]]
        allowed = {"accepted": {1}, "unknown": {0, 1}}.get(person["state"], {0})
        assert count in allowed, (person, count)
    assert max(sent.values(), default=0) <= 1


def test_executed_then_502_or_reset_becomes_unknown_and_is_never_sent_again(start, fast):
    sim = start.intercom("--seed", 600, "--limit", 16670, "--latency", "2-10")
    sim.faults({"match": "POST /messages", "p": 0.05, "do": "commit_then_502"},
               {"match": "POST /messages", "p": 0.02, "do": "commit_then_rst"},
               {"match": "POST /messages", "p": 0.02, "do": "rst_before_commit"})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(600))).json["id"]
    done = herald.wait_finished(cid, timeout=180)
    counts = done["counts"]
    faulty = sum(1 for e in sim.ledger() if e.get("fault"))
    assert done["state"] == "completed_with_losses"
    assert counts["accepted"] + counts["unknown"] == 600
    assert counts["accepted"] == len(sim.ledger()) - faulty
    assert 20 <= counts["unknown"] <= 110
    check_against_ledger(herald, sim, cid)


def test_plain_5xx_on_a_send_is_ambiguous_too(start, fast):
    sim = start.intercom("--seed", 30)
    sim.faults({"match": "POST /messages", "count": 3, "do": "status", "status": 503})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(30))).json["id"]
    counts = herald.wait_finished(cid)["counts"]
    assert counts["unknown"] == 3 and counts["accepted"] == 27
    check_against_ledger(herald, sim, cid)


def test_a_429_stops_everybody_costs_no_attempt_and_loses_nobody(start, fast):
    sim = start.intercom("--seed", 40)
    sim.faults({"match": "POST /messages", "after": 10, "count": 3, "do": "status", "status": 429,
                "headers": {"Retry-After": "1"}})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(40))).json["id"]
    counts = herald.wait_finished(cid)["counts"]
    assert counts["accepted"] == 40
    assert {p["attempts"] for p in herald.recipients(cid)} == {1}
    check_against_ledger(herald, sim, cid)


def test_searches_are_retried_through_errors_and_html(start, fast):
    sim = start.intercom("--seed", 40)
    sim.faults({"match": "POST /contacts/search", "count": 1, "do": "status", "status": 502, "body": "<html>Bad</html>"},
               {"match": "POST /contacts/search", "after": 1, "count": 1, "do": "rst_before_commit"})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(40))).json["id"]
    assert herald.wait_finished(cid)["counts"]["accepted"] == 40
    check_against_ledger(herald, sim, cid)


def test_unsubscribed_meanwhile_is_a_skip_and_not_a_failure(start, fast):
    sim = start.intercom("--seed", 5)
    sim.faults({"match": "POST /messages", "count": 1, "do": "status", "status": 403, "body":
                '{"type":"error.list","request_id":"r","errors":[{"code":"forbidden",'
                '"message":"This user is unsubscribed from emails"}]}'})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(5))).json["id"]
    done = herald.wait_finished(cid)
    assert done["state"] == "completed" and done["counts"]["skipped"] == 1
    assert herald.recipients(cid, state="skipped")[0]["reason"] == "unsubscribed"


def test_a_refused_token_holds_the_campaign_and_recovers_by_itself(start, fast):
    sim = start.intercom("--seed", 20)
    sim.faults({"match": "POST /messages", "after": 5, "count": 1, "do": "unauthorized"})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(20))).json["id"]
    held = herald.wait_for(cid, lambda c: (c.get("waiting") or {}).get("reason") == "credential")
    assert held["counts"]["rejected"] == 0 and held["counts"]["unknown"] == 0
    done = herald.wait_finished(cid)  # the check after 5 s finds that the token works
    assert done["counts"]["accepted"] == 20
    check_against_ledger(herald, sim, cid)


def test_an_outage_opens_the_circuit_and_ends_in_one_trial(start, fast):
    sim = start.intercom("--seed", 300)
    sim.faults({"match": "POST /messages", "after": 50, "do": "status", "status": 503})
    herald = start.herald(sim, **fast, HERALD_BREAKER_OPEN="2s")
    cid = herald.create(email_campaign(clients(300))).json["id"]
    open_ = herald.wait_for(cid, lambda c: (c.get("waiting") or {}).get("reason") == "circuit_open")
    assert open_["waiting"]["until"]
    assert open_["counts"]["queued"] > 0
    sim.faults()
    done = herald.wait_finished(cid)
    assert done["counts"]["accepted"] + done["counts"]["unknown"] == 300
    assert done["counts"]["unknown"] <= 128 + 33
    check_against_ledger(herald, sim, cid)


def test_intercom_down_from_the_start_loses_nobody(start, fast):
    sim = start.intercom("--seed", 20)
    sim.faults({"match": "", "do": "status", "status": 502})
    herald = start.herald(sim, **fast, HERALD_BREAKER_OPEN="1s")
    created = herald.create(email_campaign(clients(20)))
    assert created.status == 201 and created.json["sender"]["verified"] is False
    cid = created.json["id"]
    herald.wait_for(cid, lambda c: (c.get("waiting") or {}).get("reason") == "circuit_open")
    sim.faults()
    assert herald.wait_finished(cid)["counts"]["accepted"] == 20


def test_content_that_intercom_refuses_pauses_the_campaign(start, fast):
    sim = start.intercom("--seed", 200)
    sim.faults({"match": "POST /messages", "do": "status", "status": 422})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(200))).json["id"]
    paused = herald.wait_for(cid, lambda c: c["state"] == "paused" and c["counts"]["inflight"] == 0)
    assert paused["pause_reason"] == "content_rejected"
    assert 50 <= paused["counts"]["rejected"] <= 50 + 128
    sim.faults()
    herald.post(f"/v1/campaigns/{cid}/resume")
    done = herald.wait_finished(cid)
    assert done["counts"]["accepted"] == 200 - paused["counts"]["rejected"]
    check_against_ledger(herald, sim, cid)


def test_events_alone_recover_from_a_refused_token_and_from_an_outage(start, fast):
    sim = start.intercom("--seed", 10)
    sim.faults({"match": "POST /events", "count": 1, "do": "unauthorized"},
               {"match": "POST /events", "after": 1, "count": 6, "do": "status", "status": 503})
    herald = start.herald(sim, **fast, HERALD_BREAKER_OPEN="1s")
    cid = herald.create(email_campaign(clients(10), track_event=True)).json["id"]
    herald.wait_finished(cid)
    done = herald.wait_for(cid, lambda c: c["events"]["queued"] == 0)
    assert done["events"] == {"queued": 0, "tracked": 10, "failed": 0}
    assert len(sim.ledger("event")) == 10


def test_the_survivor_that_a_410_names_gets_the_message_though_the_search_lags(start, fast):
    sim = start.intercom("--seed", 3)
    auth = {"Authorization": "Bearer t"}
    survivor = sim.get("/contacts/find_by_external_id/client_2", headers=auth).json["id"]
    sim.faults({"match": "POST /messages", "count": 1, "do": "gone", "into": survivor})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(1))).json["id"]
    done = herald.wait_finished(cid)
    assert done["counts"]["accepted"] == 1, herald.recipients(cid)
    assert [e["contact_id"] for e in sim.ledger()] == [survivor]


def test_events_of_two_campaigns_to_one_person_are_two_events_to_intercom(start, fast):
    sim = start.intercom("--seed", 5)
    herald = start.herald(sim, **fast)
    ids = [herald.create(email_campaign(clients(5), track_event=True, subject=f"S{i}")).json["id"] for i in range(3)]
    for cid in ids:
        herald.wait_for(cid, lambda c: c["events"]["tracked"] == 5)
    assert len(sim.ledger("event")) == 15
