"""The process dies under automations: no step's effect twice, no run lost."""

import collections
import random
import time

from automations import Automations, delay, in_app, on_event, tag


def check_effects(automations, sim, runs):
    """The ledger has every effect that a trace claims, none twice, and no message that no trace knows."""
    messages = collections.Counter((m["external_id"], m["body"]) for m in sim.ledger("message"))
    assert not [m for m, n in messages.items() if n > 1], "a message was sent twice"
    events = collections.Counter(e["external_id"] for e in sim.ledger("event") if e["event_name"] == "first")
    assert not [e for e, n in events.items() if n > 1], "an event was tracked twice"
    claimed, unknown = 0, 0
    for run in runs:
        for entry in run["trace"]:
            if entry.get("step") == "send_in_app_notification":
                claimed += entry["outcome"] == "done"
                unknown += entry["outcome"] == "unknown"
    assert claimed <= len(sim.ledger("message")) <= claimed + unknown
    return unknown


def test_a_delay_survives_the_process(start, fast):
    sim = start.intercom("--seed", 3)
    automations = Automations(start.herald(sim, **fast))
    aid = automations.made(on_event("ping"), [tag("before"), delay("4s"), tag("after")])
    automations.event({"external_id": "client_1"}, "ping")
    automations.wait(aid, lambda rs: len(rs) == 1 and rs[0].get("waiting") == "delay")
    automations.herald.kill()
    automations = Automations(start.herald(sim, **fast))
    run, = automations.wait_ended(aid)
    due = [e for e in run["trace"] if e.get("path") == "/steps/1"][0]["until"]
    done = [e for e in run["trace"] if e.get("path") == "/steps/2"][0]["done_at"]
    assert due <= done and (seconds(done) - seconds(due)) < 2, (due, done)
    assert [t["name"] for t in sim.ledger("tag")] == ["before", "after"]


def seconds(text):
    import datetime
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def test_three_kills_lose_nobody_and_repeat_nothing(start, fast):
    people, seed = 300, random.randrange(1 << 30)
    chance = random.Random(seed)
    print("seed", seed)
    sim = start.intercom("--seed", people, "--latency", "20-60")
    automations = Automations(start.herald(sim, **fast))
    aid = automations.made(on_event("ping"), [
        in_app("one", on_error="continue"), {"type": "track_event", "event_name": "first"}, delay("1s"), tag("mid"),
        in_app("two", on_error="continue"), {"type": "create_task", "description": "t", "on_error": "continue"}],
        entry={"rule": "once"})
    for first in range(1, people + 1, 100):
        answer = automations.batch([{"id": f"e{n}", "contact": {"external_id": f"client_{n}"}, "event_name": "ping",
                                     "track": False} for n in range(first, first + 100)])
        assert answer.json["accepted"] == 100, answer
    for _ in range(3):
        time.sleep(chance.uniform(0.3, 1.2))
        automations.herald.kill()
        automations = Automations(start.herald(sim, **fast))
    runs = automations.wait_ended(aid, people)
    assert len(runs) == people and {r["state"] for r in runs} == {"completed"}
    unknown = check_effects(automations, sim, runs)
    assert unknown <= 3 * 128
    assert len({t["external_id"] for t in sim.ledger("tag")}) == people
