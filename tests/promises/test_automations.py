"""Many runs with delays, and a process that dies again and again: no step's effect twice, nobody lost."""

import collections
import random
import time

from automations import Automations, delay, in_app, on_event, tag

RUNS, KILLS, AT_ONCE = 20_000, 10, 500
UNLIMITED = {"HERALD_LIMITER_LIMIT_PER_WINDOW": "100000000"}


def test_ten_kills_among_twenty_thousand_runs(start):
    seed = random.randrange(1 << 30)
    chance = random.Random(seed)
    print("\nseed", seed)
    sim = start.intercom("--seed", RUNS, "--limit", 0)
    automations = Automations(start.herald(sim, **UNLIMITED))
    aid = automations.made(on_event("ping"), [
        in_app("one", on_error="continue"), delay("3s"), tag("mid"),
        {"type": "create_task", "description": "t", "on_error": "continue"}], entry={"rule": "once"})
    began = time.monotonic()
    kills, first = 0, 1
    while kills < KILLS or first <= RUNS:
        if first <= RUNS:
            batch = [{"id": f"e{n}", "contact": {"external_id": f"client_{n}"}, "event_name": "ping", "track": False}
                     for n in range(first, first + AT_ONCE)]
            answer = automations.batch(batch)
            assert answer.json["accepted"] == AT_ONCE, answer
            first += AT_ONCE
        if kills < KILLS and first > RUNS * (kills + 0.5) / KILLS:
            time.sleep(chance.uniform(0, 0.5))
            automations.herald.kill()
            automations = Automations(start.herald(sim, **UNLIMITED))
            kills += 1
    counts = {}
    while counts.get("active", 1) or sum(counts.values()) < RUNS:
        assert time.monotonic() - began < 600, counts
        time.sleep(0.5)
        counts = automations.get(aid)["runs"]
    took = time.monotonic() - began
    assert counts["completed"] == RUNS, counts

    claimed, unknown, per_kill = collections.Counter(), collections.Counter(), 0
    for run in automations.runs(aid):
        summary = run["intercom_integration"]
        if summary["failed"] == 0:
            continue
        for entry in automations.run(run["id"])["trace"]:
            if entry["outcome"] == "unknown":
                unknown[entry["step"]] += 1
    sent = collections.Counter(m["external_id"] for m in sim.ledger("message"))
    noted = collections.Counter(n["contact_id"] for n in sim.ledger("note"))
    tagged = collections.Counter(t["external_id"] for t in sim.ledger("tag"))
    for effect in (sent, noted):
        assert [who for who, times in effect.items() if times > 1] == []
    assert RUNS - unknown["send_in_app_notification"] <= len(sent) <= RUNS
    assert RUNS - unknown["create_task"] <= len(noted) <= RUNS
    assert len(tagged) == RUNS, "a tag may be put on twice, and must be on everybody"
    assert sum(unknown.values()) <= 128 * KILLS
    print(f"{RUNS} runs, {KILLS} kills in {took:.0f} s: {sum(unknown.values())} steps unknown, none twice, none lost")
