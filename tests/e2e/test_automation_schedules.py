"""Automations that begin by the clock."""

import time

from automations import tag


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
