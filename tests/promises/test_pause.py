"""P14 and P18 with a million recipients: a pause answers within 100 ms; after it no message of the campaign reaches the
wire but those in flight, and after `wait=drained` none at all. Memory stays small throughout, and in the end the
counters are a count of the rows.
"""

import os
import re
import sqlite3
import time

from processes import email_campaign

PEOPLE = int(os.environ.get("HERALD_PROMISE_AUDIENCE", 1_000_000))
KNOWN = 20_000  # of them exist in Intercom: more than the test lets be reached
PAUSE_MS = 100
MOST_IN_FLIGHT = 128
MOST_RESIDENT = 128 * 1024 * 1024
QUIET_S = 2.0
MINUTES = 60


def upload(herald, cid):
    lines = b"".join(b'{"external_id":"client_%d"}\n' % i for i in range(1, PEOPLE + 1))
    answer = herald.post(f"/v1/campaigns/{cid}/recipients", lines, headers={"Content-Type": "application/x-ndjson"},
                         timeout=2 * MINUTES)
    assert answer.status == 200 and answer.json["accepted"] == PEOPLE, answer


def peak_memory(herald):
    return int(re.search(r"VmHWM:\s+(\d+) kB", open(f"/proc/{herald.process.pid}/status").read())[1]) * 1024


def timed(call):
    began = time.monotonic()
    answer = call()
    took = (time.monotonic() - began) * 1000
    assert answer.status == 200, answer
    return took, time.time() * 1000


def sent_after(sim, moment_ms):
    return sum(entry["t_ms"] > moment_ms for entry in sim.ledger())


def wait_for_more(sim, herald, cid, count=500):
    goal = herald.campaign(cid)["counts"]["accepted"] + count
    herald.wait_for(cid, lambda c: c["counts"]["accepted"] >= goal)


def rows(herald, cid):
    """Every counter of the campaign as the database has it, and the rows counted."""
    database = sqlite3.connect(herald.folder / "data" / "herald.db")
    (number,) = database.execute("SELECT number FROM campaigns WHERE id = ?", (cid,)).fetchone()
    states = dict(database.execute("SELECT state, count(*) FROM deliveries WHERE campaign = ? GROUP BY 1", (number,)))
    reasons = dict(database.execute(
        "SELECT state || ' ' || reason, count(*) FROM deliveries WHERE campaign = ? AND reason <> '' GROUP BY 1",
        (number,)))
    counted = dict(database.execute(
        "SELECT state || ' ' || reason, count FROM reason_counts WHERE campaign = ? AND count <> 0", (number,)))
    distinct = database.execute("SELECT count(DISTINCT ref) FROM deliveries WHERE campaign = ?", (number,)).fetchone()[0]
    database.close()
    return states, reasons, counted, distinct


def test_a_million_recipients_are_paused_at_once_in_little_memory(start, fast):
    began = time.monotonic()
    sim = start.intercom("--seed", KNOWN, "--limit", 16670, "--latency", "20-60")
    herald = start.herald(sim, **fast)
    body = email_campaign([], launch=False)
    del body["audience"]
    cid = herald.create(body).json["id"]
    path = f"/v1/campaigns/{cid}"
    upload(herald, cid)
    uploaded, after_upload = time.monotonic() - began, peak_memory(herald)
    assert herald.post(f"{path}/launch").status == 202

    pauses = []
    for _ in range(3):
        wait_for_more(sim, herald, cid)
        took, answered = timed(lambda: herald.post(f"{path}/pause"))
        pauses.append(took)
        herald.wait_for(cid, lambda c: c["counts"]["inflight"] == 0)
        assert sent_after(sim, answered) <= MOST_IN_FLIGHT
        assert herald.post(f"{path}/resume").status == 200

    wait_for_more(sim, herald, cid)
    drained, answered = timed(lambda: herald.post(f"{path}/pause?wait=drained"))
    stood = herald.campaign(cid)
    assert stood["state"] == "paused" and stood["counts"]["inflight"] == 0
    sent = len(sim.ledger())
    quiet_until = time.monotonic() + QUIET_S  # the absence of a message has no condition to wait for
    while time.monotonic() < quiet_until:
        assert herald.campaign(cid)["counts"] == stood["counts"]
        time.sleep(0.1)
    assert len(sim.ledger()) == sent and sent_after(sim, answered) == 0

    paused_memory = peak_memory(herald)
    assert herald.post(f"{path}/cancel", timeout=2 * MINUTES).status == 200
    done = herald.wait_for(cid, lambda c: sum(c["counts"][s] for s in ("queued", "inflight", "deferred")) == 0)
    memory = peak_memory(herald)
    assert herald.stop() == 0
    states, reasons, counted, distinct = rows(herald, cid)
    peaks = [f"{peak / 2**20:.0f}" for peak in (after_upload, paused_memory, memory)]
    print(f"\n{PEOPLE} recipients in {uploaded:.1f} s; pauses {[f'{p:.0f}' for p in pauses]} ms, drained "
          f"{drained:.0f} ms; peak memory {peaks} MiB up to upload, pauses, end; {time.monotonic() - began:.0f} s in all")
    assert max(pauses) <= PAUSE_MS
    assert memory <= MOST_RESIDENT
    assert {state: count for state, count in done["counts"].items() if count} == states
    assert sum(states.values()) == distinct == PEOPLE and counted == reasons
    assert states["accepted"] == sent == len({entry["external_id"] for entry in sim.ledger()})
