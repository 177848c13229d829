"""P5: alone on the limit, at least 97 % of every full window is used, without a single 429.

A full window is one of the server's 10 s windows with backlog throughout; all calls count. A window next to a
loop lag of more than 0.1 s is void, and at most 2 % may be void.
"""

import collections
import datetime
import json
import os

from processes import clients, email_campaign

LIMIT = 1667
PEOPLE = int(os.environ.get("HERALD_PROMISE_PEOPLE", 7000))


def lag_moments(herald):
    for line in herald.log().splitlines():
        entry = json.loads(line)
        if entry["event"] == "loop_lag" and entry["ms"] > 100:
            yield datetime.datetime.fromisoformat(entry["time"].replace("Z", "+00:00")).timestamp() * 1000


def test_the_limit_is_used_to_97_percent_without_a_single_429(start):
    sim = start.intercom("--seed", PEOPLE, "--limit", LIMIT, "--latency", "120-200")
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(PEOPLE))).json["id"]
    done = herald.wait_finished(cid, timeout=60 + PEOPLE / 100)
    stats = sim.stats()
    messages = sorted(entry["t_ms"] for entry in sim.ledger())
    windows = [w for w in stats["windows"] if w["start_ms"] >= messages[0] and w["start_ms"] + 10_000 <= messages[-1]]
    lags = list(lag_moments(herald))
    void = [w for w in windows if any(w["start_ms"] - 10_000 <= t < w["start_ms"] + 20_000 for t in lags)]
    used = [w["calls"] / LIMIT for w in windows if w not in void]
    print(f"\n{PEOPLE} recipients: {len(windows)} full windows, used {[f'{u:.2%}' for u in used]}, "
          f"void {len(void)}, 429s {stats['refused_429']}, loop lags over 0.1 s {len(lags)}")
    assert stats["refused_429"] == 0
    assert len(void) <= 0.02 * len(windows)
    assert used and min(used) >= 0.97
    assert done["counts"]["accepted"] == PEOPLE
    sent = collections.Counter(entry["external_id"] for entry in sim.ledger())
    assert len(sent) == PEOPLE and set(sent.values()) == {1}
