"""What may happen to a run that is under way."""

import time

from automations import ANN, BEN, delay, email, on_event, tag, told
from operations import Operations


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
