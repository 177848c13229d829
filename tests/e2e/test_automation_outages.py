"""Automations while Intercom fails."""

import time

from automations import ANN, in_app, on_event, tag, told


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
