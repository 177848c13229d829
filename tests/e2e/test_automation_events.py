"""Events at the door: what becomes of each, told to whoever sent it."""

import time

from automations import ANN, on_event, tag
from operations import pointers


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
