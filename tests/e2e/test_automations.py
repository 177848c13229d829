"""Automations with a real process against the stand-in: the right step for the right person, and why."""

import time

import pytest

from automations import Automations, delay, email, in_app, on_event, tag, told
from operations import Operations, pointers

ANN = {"external_id": "client_1"}
BEN = {"external_id": "client_2"}


@pytest.fixture
def flows(start, fast):
    """(automations, stand-in) of a service with a fast workspace of people."""
    def make(*args, people=20, **settings):
        sim = start.intercom("--seed", people, *args)
        return Automations(start.herald(sim, **{**fast, **settings})), sim
    return make


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


def test_a_wait_ends_with_its_event_and_only_for_whom_it_is_about(flows):
    automations, sim = flows()
    aid = automations.made(on_event("trial"), [
        {"type": "wait_for", "event": "paid", "timeout": "1h", "on_timeout": "exit"}, tag("customer")])
    automations.event(ANN, "trial")
    automations.event(BEN, "trial")
    automations.wait(aid, lambda rs: len(rs) == 2 and all(r.get("waiting") == "event" for r in rs))
    automations.event({"email": "client_1@example.com"}, "paid")  # the same person by another name
    automations.wait(aid, lambda rs: sorted(r["state"] for r in rs) == ["active", "completed"])
    assert [t["external_id"] for t in sim.ledger("tag")] == ["client_1"]


def test_an_event_with_a_known_id_changes_nothing(flows):
    automations, sim = flows()
    aid = automations.made(on_event("ping"), [tag("pinged")])
    for n in range(3):
        answer = automations.event(ANN, "ping", id="evt-1")
        assert answer.status == 202 and answer.json["duplicate"] is (n > 0), answer
    assert automations.event(ANN, "ping", key="key-1").json["duplicate"] is False
    assert len(automations.wait_ended(aid, 2)) == 2
    time.sleep(0.3)
    assert len(automations.runs(aid)) == 2


def test_a_batch_answers_for_each_event(flows):
    automations, sim = flows()
    aid = automations.made(on_event("used"), [tag("user")])
    events = [{"id": f"b{n}", "contact": {"external_id": f"client_{n + 1}"}, "event_name": "used"} for n in range(5)]
    events += [{"contact": {"external_id": "client_9"}}, events[0]]
    answer = automations.batch(events)
    assert answer.status == 200, answer
    assert [r["status"] for r in answer.json["results"]] == ["accepted"] * 5 + ["invalid", "duplicate"]
    assert "/events/5/event_name" in {e["pointer"] for e in answer.json["results"][5]["errors"]}
    assert len(automations.wait_ended(aid, 5)) == 5
    until = time.monotonic() + 15
    while len(sim.ledger("event")) < 5 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(sim.ledger("event")) == 5  # they were to be reported as well


def test_an_event_about_nobody_starts_nothing_and_says_so(flows):
    automations, sim = flows()
    aid = automations.made(on_event("ping"), [tag("pinged")])
    assert automations.event({"external_id": "nobody"}, "ping", track=True).status == 404
    assert automations.event({"external_id": "nobody"}, "ping").status == 202  # nobody was asked
    time.sleep(1)
    assert automations.runs(aid) == [] and sim.ledger("tag") == []


def test_deactivation_stops_before_the_next_step_and_activation_goes_on(flows):
    automations, sim = flows()
    aid = automations.made(on_event("ping"), [tag("one"), delay("2s"), tag("two")])
    automations.event(ANN, "ping")
    automations.wait(aid, lambda rs: len(rs) == 1 and rs[0].get("waiting") == "delay")
    assert automations.do(aid, "deactivate").json["state"] == "inactive"
    time.sleep(2.5)
    assert automations.runs(aid)[0]["waiting"] == "inactive"
    assert [t["name"] for t in sim.ledger("tag")] == ["one"]
    automations.event(BEN, "ping")
    assert automations.do(aid, "activate").json["state"] == "active"
    run, = automations.wait_ended(aid)
    assert run["state"] == "completed" and [t["name"] for t in sim.ledger("tag")] == ["one", "two"]


def test_a_run_can_be_cancelled(flows):
    automations, sim = flows()
    aid = automations.made(on_event("ping"), [delay("1h"), tag("never")])
    automations.event(ANN, "ping")
    run, = automations.wait(aid, lambda rs: len(rs) == 1 and rs[0].get("waiting") == "delay")
    cancelled = automations.herald.post(f"/v1/runs/{run['id']}/cancel")
    assert cancelled.status == 200 and cancelled.json["state"] == "cancelled", cancelled
    again = automations.herald.post(f"/v1/runs/{run['id']}/cancel")
    assert again.status == 409, again
    assert automations.get(aid)["runs"]["cancelled"] == 1


def test_runs_stay_on_the_version_they_began_with(flows):
    automations, sim = flows()
    aid = automations.made(on_event("ping"), [delay("2s"), tag("old")])
    automations.event(ANN, "ping")
    automations.wait(aid, lambda rs: len(rs) == 1)
    answer = automations.herald.request("PATCH", f"/v1/automations/{aid}", {"steps": [tag("new")]})
    assert answer.status == 200 and answer.json["version"] == 2, answer
    automations.event(BEN, "ping")
    runs = automations.wait_ended(aid, 2)
    assert [r["version"] for r in runs] == [1, 2]
    assert sorted(t["name"] for t in sim.ledger("tag")) == ["new", "old"]


def test_who_unsubscribes_leaves_the_emails_and_keeps_the_rest(flows):
    automations, sim = flows()
    aid = automations.made(on_event("ping"), [email("one"), delay("2s"), email("two"), tag("end")])
    automations.event(ANN, "ping")
    automations.wait(aid, lambda rs: len(rs) == 1 and rs[0].get("waiting") == "delay")
    put = Operations(automations.herald).put_user("external_id:client_1", unsubscribed_from_emails=True)
    assert put.status == 200, put
    run, = automations.wait_ended(aid)
    assert told(run)[-3:] == [("/steps/2", "skipped"), ("/steps/3", "done"), ("", "completed")]
    assert [e for e in run["trace"] if e.get("path") == "/steps/2"][0]["because"] == "unsubscribed"
    assert len(sim.ledger("message")) == 1


def test_an_exit_event_ends_a_run_that_waits(flows):
    automations, sim = flows()
    aid = automations.made(on_event("trial"), [delay("1h"), tag("late")], exit={"event": "bought"})
    automations.event(ANN, "trial")
    automations.wait(aid, lambda rs: len(rs) == 1)
    automations.event(ANN, "bought")
    run, = automations.wait_ended(aid)
    assert run["state"] == "exited" and run["reason"] == "the event bought came"


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


def later(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def test_a_schedule_reaches_its_audience_when_its_time_comes(flows):
    automations, sim = flows(people=300)
    audience = {"contacts": [{"external_id": "client_1"}, {"email": "client_2@example.com"}, {"external_id": "nobody"}],
                "filter": {"field": "external_id", "op": "in", "value": ["client_2", "client_3"]}}
    aid = automations.made({"type": "time_based", "schedule": later(2), "time_zone": "Europe/Berlin",
                            "audience": audience}, [tag("due")], entry={"rule": "once"})
    assert automations.get(aid)["next_fire_at"]
    runs = automations.wait_ended(aid, 3)
    assert sorted(t["external_id"] for t in sim.ledger("tag")) == ["client_1", "client_2", "client_3"]
    assert len(runs) == 3 and all(r["state"] == "completed" for r in runs)
    shown = automations.get(aid)
    assert shown["last_firing"]["state"] == "done" and shown["last_firing"]["entered"] == 3
    assert not shown.get("next_fire_at")


def test_a_schedule_that_would_reach_many_waits_for_a_word(flows):
    automations, sim = flows(people=60, HERALD_AUTOMATION_CONFIRM_ABOVE="10")
    aid = automations.made({"type": "time_based", "schedule": later(2), "time_zone": "Etc/UTC",
                            "audience": {"filter": {"field": "role", "op": "eq", "value": "user"}}}, [tag("all")])
    until = time.monotonic() + 15
    while not (waiting := automations.get(aid).get("waiting_for_confirmation")):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert waiting["people"] == 60
    time.sleep(1)
    assert automations.runs(aid) == []
    confirmed = automations.do(aid, "confirm", {"firing": waiting["firing"]})
    assert confirmed.status == 200, confirmed
    assert len(automations.wait_ended(aid, 60)) == 60
    assert automations.do(aid, "confirm", {"firing": waiting["firing"]}).status == 409


@pytest.mark.parametrize("what, body, pointer, word", [
    ("a step that nobody has", {"steps": [{"type": "send_sms", "text": "x"}]}, "/steps/0/type", "send_email"),
    ("a ticket", {"steps": [{"type": "create_ticket"}]}, "/steps/0/type", "create_task"),
    ("a meeting", {"steps": [{"type": "schedule_meeting"}]}, "/steps/0/type", "create_task"),
    ("an unknown trigger", {"trigger": {"type": "full_moon"}}, "/trigger/type", "event_based"),
    ("a schedule that never fires", {"trigger": {"type": "time_based", "schedule": "0 0 30 2 *", "time_zone": "Etc/UTC",
                                                 "audience": {"contacts": [ANN]}}}, "/trigger/schedule", "never"),
    ("a zone that does not exist", {"trigger": {"type": "time_based", "schedule": "0 9 * * *", "time_zone": "Mars/Base",
                                                "audience": {"contacts": [ANN]}}}, "/trigger/time_zone", "zone"),
    ("a year without rules", {"trigger": {"type": "time_based", "schedule": "2037-01-01T00:00:00Z",
                                          "time_zone": "Etc/UTC", "audience": {"contacts": [ANN]}}},
     "/trigger/schedule", "2037"),
    ("a missing condition", {"trigger": {"type": "health_score", "direction": "below"}}, "/trigger/threshold", "missing"),
    ("too many keys", {"steps": [{"type": "track_event", "event_name": "x",
                                  "metadata": {f"k{n}": n for n in range(11)}}]}, "/steps/0/metadata", "10"),
    ("a variable that cannot be", {"trigger": {"type": "time_based", "schedule": "0 9 * * *", "time_zone": "Etc/UTC",
                                               "audience": {"contacts": [ANN]}},
                                   "steps": [in_app("Hi {{ event.plan }}")]}, "/steps/0/body_text", "event"),
    ("a broken text", {"steps": [in_app("Hi {{ name")]}, "/steps/0/body_text", ""),
])
def test_what_cannot_work_is_refused_when_it_is_made(flows, what, body, pointer, word):
    automations, _ = flows()
    whole = {"name": "Flow", "trigger": on_event("ping"), "steps": [tag("x")], **body}
    answer = automations.herald.post("/v1/automations", whole)
    assert answer.status == 422, (what, answer)
    assert pointer in pointers(answer), (what, answer)
    assert word in " ".join(e["detail"] for e in answer.json["errors"] if e["pointer"] == pointer), (what, answer)


def test_all_mistakes_are_named_at_once(flows):
    automations, _ = flows()
    answer = automations.herald.post("/v1/automations", {
        "name": "", "trigger": {"type": "milestone"}, "entry": {"rule": "cooldown"},
        "steps": [{"type": "send_email", "body_text": "x"}, {"type": "wait_for", "event": "x", "timeout": "soon"},
                  {"type": "trigger_webhook", "url": "https://192.168.0.1/x"}], "colour": "red"})
    assert answer.status == 422
    assert {"/name", "/trigger/milestone_name", "/steps/0/subject", "/steps/1/timeout", "/steps/2/url", "/colour"} <= \
        set(pointers(answer)), answer


def test_intercom_being_down_delays_a_run_and_loses_nothing(flows):
    automations, sim = flows(HERALD_BREAKER_OPEN="2s", HERALD_BREAKER_MODE="seed")
    aid = automations.made(on_event("ping"), [tag("a"), in_app("b"), tag("c")])
    sim.faults({"match": "*", "do": "status", "status": 503, "for": 4})
    for n in range(1, 11):
        assert automations.event({"external_id": f"client_{n}"}, "ping").status == 202
    runs = automations.wait_ended(aid, 10)
    assert {r["state"] for r in runs} <= {"completed", "failed"}
    unknown = [r for r in runs if ("/steps/1", "unknown") in told(r)]
    assert len(sim.ledger("message")) + len(unknown) >= 10 - len([r for r in runs if ("/steps/0", "failed") in told(r)])
    people = [m["external_id"] for m in sim.ledger("message")]
    assert len(people) == len(set(people))


def test_a_message_whose_answer_is_lost_is_unknown_and_never_repeated(flows):
    automations, sim = flows()
    aid = automations.made(on_event("ping"), [in_app("once", on_error="continue"), tag("after")])
    sim.faults({"match": "POST /messages", "do": "commit_then_rst"})
    automations.event(ANN, "ping")
    run, = automations.wait_ended(aid)
    assert told(run)[1:3] == [("/steps/0", "unknown"), ("/steps/1", "done")]
    assert len(sim.ledger("message")) == 1


def test_an_event_says_what_became_of_it(flows):
    automations, sim = flows(HERALD_CONTACT_VISIBILITY_GRACE="1s")
    aid = automations.made(on_event("ping"), [tag("a")], entry={"rule": "once"})

    def became_of(event):
        until = time.monotonic() + 20
        while True:
            shown = automations.herald.get(f"/v1/events/{event}").json
            if shown["outcome"]["state"] == "done" and shown["tracked"] != "queued":
                return shown
            assert time.monotonic() < until, shown
            time.sleep(0.05)

    assert automations.event(ANN, "ping", id="crm/1").status == 202
    run, = automations.wait_ended(aid)
    shown = became_of("crm%2F1")
    assert shown["outcome"] == {"state": "done", "runs": [run["id"]], "not_entered": []}, shown
    assert shown["tracked"] == "none" and shown["event_name"] == "ping"
    automations.event(ANN, "ping", id="crm-2")
    kept_out, = became_of("crm-2")["outcome"]["not_entered"]
    assert kept_out["automation_id"] == aid and "may once" in kept_out["because"]
    stranger = {"id": "crm-3", "contact": {"external_id": "nobody"}, "event_name": "ping"}
    assert automations.batch([stranger]).json["results"][0]["tracking"] == "queued"
    shown = became_of("crm-3")
    assert shown["outcome"]["reason"] == "no such contact"
    assert (shown["tracked"], shown["tracked_reason"]) == ("failed", "contact_not_found")
    assert automations.herald.get("/v1/events/crm-4").status == 404
    quiet = automations.event(ANN, "nothing").json["id"]
    assert automations.herald.get(f"/v1/events/{quiet}").status == 404, "nobody looks at it, or can repeat it"
    assert pointers(automations.event(ANN, "ping", id="run_17.0")) == {"/id": "not_allowed"}


def test_a_repeated_event_is_tracked_once(flows):
    automations, sim = flows()
    for duplicate in (False, True):
        answer = automations.event(ANN, "ping", track=True, id="crm-1")
        assert answer.status == 202 and answer.json["duplicate"] is duplicate, answer
    assert len(sim.ledger("event")) == 1
    assert automations.herald.get("/v1/events/crm-1").json["tracked"] == "tracked"


def test_a_token_that_works_again_is_noticed_though_nobody_but_automations_waits(flows):
    automations, sim = flows()
    aid = automations.made(on_event("ping"), [tag("x"), in_app("y")])
    sim.faults({"do": "unauthorized", "for": 2})
    for n in range(1, 6):
        automations.event({"external_id": f"client_{n}"}, "ping")
    until = time.monotonic() + 10
    while automations.herald.get("/v1/limits").json["credential"]["state"] != "held":
        assert time.monotonic() < until
        time.sleep(0.05)
    runs = automations.wait_ended(aid, 5, patience=90)
    assert {r["state"] for r in runs} == {"completed"}, runs[0]


def test_a_wait_does_not_miss_what_came_before_it_was_processed(flows):
    automations, sim = flows()
    steps = [tag("on_trial"), {"type": "wait_for", "event": "paid", "timeout": "1h"}, tag("customer")]
    aid = automations.made(on_event("trial"), steps)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    events = [{"contact": {"external_id": f"client_{n}"}, "event_name": name, "track": False, "created_at": at}
              for n in range(1, 11) for name in ("trial", "paid")]
    assert automations.batch(events).json["accepted"] == 20
    runs = automations.wait_ended(aid, 10)
    assert {told(r)[3] for r in runs} == {("/steps/1", "arrived")}
    start = runs[0]["trace"][0]["at"]
    script = {"contact": {"external_id": "client_1"}, "start": start,
              "events": [{"event_name": "trial", "at": at}, {"event_name": "paid", "at": at}]}
    simulated = automations.do(aid, "simulations", script).json["runs"][0]
    assert told(simulated) == told(runs[0])


def test_deactivation_stops_what_waits_for_the_rate_limit(flows):
    automations, sim = flows("--limit", 100, people=200, HERALD_LIMITER_LIMIT_PER_WINDOW="100")
    aid = automations.made(on_event("ping"), [tag("x")])
    automations.batch([{"contact": {"external_id": f"client_{n}"}, "event_name": "ping", "track": False}
                       for n in range(1, 101)])
    until = time.monotonic() + 30
    while len(sim.ledger("tag")) < 3:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert automations.do(aid, "deactivate").status == 200
    time.sleep(1)  # what was on its way has ended
    before = len(sim.ledger("tag"))
    time.sleep(3)
    assert len(sim.ledger("tag")) == before < 100
    assert automations.get(aid)["runs"]["active"] == 100 - before
    assert automations.do(aid, "activate").status == 200
    automations.wait(aid, lambda rs: sum(r["state"] == "completed" for r in rs) > before)
