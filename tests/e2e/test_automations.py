"""Automations with a real process against the stand-in: the right step for the right person, and why."""

import time

from automations import ANN, BEN, delay, email, in_app, on_event, tag, told
from operations import Operations


def test_complete_onboarding(flows):
    """The earlier system's first scenario: create the user, welcome them, report it, tag them, leave a note."""
    automations, sim = flows()
    operations = Operations(automations.herald)
    aid = automations.made(on_event("signed_up"), [
        in_app("Welcome {{ name }}!"),
        {"type": "track_event", "event_name": "onboarding_started", "metadata": {"source": "signup"}},
        tag("new_user"),
        {"type": "create_task", "description": "Call {{ name }} about {{ event.plan }}"},
    ], name="Onboarding")
    created = operations.put_user("external_id:new_1", email="new@example.com", name="Nora",
                                  custom_attributes={"tier": "starter"})
    assert created.status == 201, created
    answer = automations.event({"external_id": "new_1"}, "signed_up", track=True, metadata={"plan": "pro"})
    assert answer.status == 202, answer
    run, = automations.wait_ended(aid)
    assert run["state"] == "completed", run
    assert told(run) == [("", "entered"), ("/steps/0", "done"), ("/steps/1", "done"), ("/steps/2", "done"),
                         ("/steps/3", "done"), ("", "completed")]
    summary = run["intercom_integration"]
    assert (summary["enabled"], summary["actions_executed"], summary["successful"], summary["failed"]) == (True, 4, 4, 0)

    message, = sim.ledger("message")
    assert "Welcome Nora!" in message["body"] and message["message_type"] in ("inapp", "in_app")
    assert [t["name"] for t in sim.ledger("tag")] == ["new_user"]
    note, = sim.ledger("note")
    assert "Automated Task: Call Nora about pro" in note["body"]
    until = time.monotonic() + 10
    while len(events := [e["event_name"] for e in sim.ledger("event")]) < 3 and time.monotonic() < until:
        time.sleep(0.05)
    assert sorted(events) == ["automation_triggered", "onboarding_started", "signed_up"]

    audit = automations.herald.get("/v1/audit_entries?action=automation_workflow_created").json["data"]
    details = audit[0]["details"]
    assert details["workflow_name"] == "Onboarding" and details["trigger_type"] == "event_based"
    assert details["is_active"] is True and details["action_count"] == 4


def test_churn_prevention(flows):
    """Its second: a falling health score is noticed once, reported, tagged, answered and handed to a person."""
    automations, sim = flows()
    aid = automations.made({"type": "health_score", "threshold": 40, "direction": "below"}, [
        {"type": "track_event", "event_name": "churn_risk_detected"},
        tag("at_risk"),
        {"type": "branch", "filter": {"field": "tier", "op": "eq", "value": "enterprise"},
         "then": [in_app("A person will call you")], "else": [in_app("How can we help?")]},
        {"type": "create_task", "description": "Check in with {{ name }}"},
    ])
    for score in (80, 55, 30, 20, 45):
        assert automations.event(ANN, "scored", metadata={"health_score": score}).status == 202
    run, = automations.wait_ended(aid)
    assert run["state"] == "completed"
    assert ("/steps/2", "matched") in told(run) or ("/steps/2", "not_matched") in told(run)
    assert len(sim.ledger("message")) == 1 and len(sim.ledger("note")) == 1
    assert [t["name"] for t in sim.ledger("tag")] == ["at_risk"]


def test_a_contact_that_is_written_crosses_thresholds_too(flows):
    automations, _ = flows()
    aid = automations.made({"type": "usage_pattern", "metric": "balance", "threshold": 100, "direction": "above"},
                           [tag("heavy")])
    operations = Operations(automations.herald)
    for value in (50, 150, 200):
        assert operations.put_user("external_id:client_1", custom_attributes={"balance": value}).status == 200
        time.sleep(0.3)  # each is seen in its turn
    assert len(automations.wait_ended(aid)) == 1


def test_a_simulation_says_what_the_real_run_does(flows):
    automations, sim = flows()
    steps = [
        in_app("Hi {{ name }}, {{ event.plan }}"),
        {"type": "branch", "filter": {"field": "event.metadata.plan", "op": "in", "value": ["pro", "team"]},
         "then": [tag("paying"), delay("1s")], "else": [tag("free")]},
        {"type": "wait_for", "event": "paid", "timeout": "2s", "on_timeout": "continue"},
        email("Thanks {{ name }}"),
        {"type": "update_contact", "custom_attributes": {"tier": "gold"}},
        {"type": "branch", "filter": {"field": "tier", "op": "eq", "value": "gold"},
         "then": [{"type": "exit", "reason": "gold now"}]},
        tag("never"),
    ]
    aid = automations.made(on_event("signed_up"), steps)
    person = automations.herald.get("/v1/contacts/external_id:client_3").json
    automations.event({"external_id": "client_3"}, "signed_up", metadata={"plan": "pro"})
    real, = automations.wait_ended(aid, patience=30)
    start = real["trace"][0]["at"]
    contact = {k: person[k] for k in ("id", "external_id", "email", "name", "role") if person.get(k)}
    script = {"contact": {**contact, "custom_attributes": {"tier": "starter"}}, "start": start,
              "events": [{"event_name": "signed_up", "at": start, "metadata": {"plan": "pro"}}]}
    answer = automations.do(aid, "simulations", script)
    assert answer.status == 200, answer
    simulated = answer.json["runs"][0]

    def story(run):
        return [{k: e.get(k) for k in ("path", "step", "at", "outcome", "because", "until")} for e in run["trace"]]
    assert story(simulated) == story(real)
    assert simulated["state"] == real["state"] == "exited" and simulated["reason"] == real["reason"] == "gold now"
    sent = [entry["text"]["body"] for entry in simulated["trace"] if entry.get("text")]
    assert [m["body"] for m in sim.ledger("message")] == sent
    before = len(sim.ledger("message"))
    assert automations.do(aid, "simulations", script).body == answer.body
    assert len(sim.ledger("message")) == before


def test_behavior_counts(flows):
    automations, _ = flows()
    aid = automations.made({"type": "behavior_based", "behavior": "login", "count": 3, "within": "1h"}, [tag("active")])
    for _ in range(5):
        automations.event(ANN, "login")
        automations.event(BEN, "logout")
    assert len(automations.wait_ended(aid)) == 1


def test_a_milestone_is_once(flows):
    automations, _ = flows()
    aid = automations.made({"type": "milestone", "milestone_name": "first_report"}, [tag("reporter")])
    for _ in range(3):
        automations.event(ANN, "milestone", metadata={"milestone_name": "first_report"})
    assert len(automations.wait_ended(aid)) == 1
    time.sleep(0.3)
    assert len(automations.runs(aid)) == 1


def test_automations_that_trigger_each_other_come_to_an_end(flows):
    automations, sim = flows()
    ping = automations.made(on_event("ping"), [{"type": "track_event", "event_name": "pong"}])
    pong = automations.made(on_event("pong"), [{"type": "track_event", "event_name": "ping"}])
    automations.event(ANN, "ping")
    time.sleep(3)
    assert len(automations.runs(ping)) + len(automations.runs(pong)) == 6
    log = open(automations.herald.log_path).read()
    assert "automations_trigger_each_other" in log
