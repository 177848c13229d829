"""The process dies, politely or not: the campaign goes on by itself, nobody twice, nobody lost."""

import json
import random
import signal
import time

import pytest

from processes import BIN, clients, email_campaign
from test_faults import check_against_ledger


def test_a_polite_stop_leaves_nothing_in_flight_and_the_next_start_goes_on(start):
    sim = start.intercom("--seed", 500, "--latency", "120-200")
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(500))).json["id"]
    herald.wait_for(cid, lambda c: c["counts"]["accepted"] >= 100)
    assert herald.stop(signal.SIGTERM, timeout=40) == 0
    herald = start.herald(sim)
    done = herald.wait_finished(cid)
    assert done["counts"]["accepted"] == 500 and done["counts"]["unknown"] == 0
    check_against_ledger(herald, sim, cid)


def test_people_in_flight_at_a_kill_end_as_unknown_and_nobody_is_sent_twice(start):
    sim = start.intercom("--seed", 400, "--latency", "120-200")
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(400))).json["id"]
    herald.wait_for(cid, lambda c: c["counts"]["accepted"] >= 100 and c["counts"]["inflight"] > 0)
    herald.kill()
    sent_before = len(sim.ledger())
    began = time.monotonic()
    herald = start.herald(sim)
    while len(sim.ledger()) <= sent_before:
        assert time.monotonic() - began < 10
        time.sleep(0.02)
    assert time.monotonic() - began <= 2.0, "boot to sending"
    done = herald.wait_finished(cid)
    assert 1 <= done["counts"]["unknown"] <= 128
    assert done["counts"]["accepted"] + done["counts"]["unknown"] == 400
    assert {p["reason"] for p in herald.recipients(cid, state="unknown")} == {"crash"}
    check_against_ledger(herald, sim, cid)


def test_a_second_signal_stops_at_once(start):
    sim = start.intercom("--seed", 50)
    sim.faults({"match": "POST /messages", "do": "stall_before_commit", "seconds": 60})
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(50))).json["id"]
    herald.wait_for(cid, lambda c: c["counts"]["inflight"] > 0)
    herald.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert herald.process.poll() is None, "it waits for what is in flight"
    began = time.monotonic()
    herald.stop(signal.SIGINT, timeout=10)
    assert time.monotonic() - began < 5


def test_a_second_process_on_the_same_data_is_refused(start, tmp_path):
    sim = start.intercom()
    start.herald(sim)
    with pytest.raises(RuntimeError, match="data"):
        start.herald(sim)


def test_a_draining_process_is_alive_but_not_ready(start):
    sim = start.intercom("--seed", 1)
    herald = start.herald(sim, HERALD_DRAIN_READINESS_DELAY="3s")
    herald.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    assert herald.get("/livez").status == 200
    assert herald.get("/readyz").status == 503
    assert herald.process.wait(10) == 0


def test_mistakes_of_the_configuration_are_all_named_at_once(tmp_path):
    import os
    import subprocess
    config = tmp_path / "herald.yaml"
    config.write_text("listen: 0.0.0.0:80\nlimiter: {target: 2}\nsurprise: 1\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("HERALD_", "INTERCOM_"))}
    env |= {"HERALD_CONFIG": str(config), "INTERCOM_REGION": "mars", "INTERCOM_BASE_URL": "http://example.com"}
    run = subprocess.run([BIN / "herald", "serve"], env=env, capture_output=True, text=True, timeout=20)
    assert run.returncode == 2
    for mistake in ("listen", "limiter.target", "surprise", "INTERCOM_REGION", "INTERCOM_BASE_URL"):
        assert mistake in run.stderr


def test_logs_are_json_lines_without_tokens_bodies_or_addresses(start):
    sim = start.intercom("--seed", 20)
    sim.faults({"match": "POST /messages", "p": 0.3, "do": "status", "status": 422})
    herald = start.herald(sim, INTERCOM_ACCESS_TOKEN="very-secret-token")
    cid = herald.create(email_campaign([{"email": f"client_{i}@example.com"} for i in range(1, 21)])).json["id"]
    herald.wait_finished(cid)
    herald.stop()
    text = herald.log()
    for line in text.splitlines():
        entry = json.loads(line)
        assert {"time", "level", "event"} <= entry.keys()
    assert "very-secret-token" not in text and "example.com" not in text and "Welcome" not in text


@pytest.mark.slow
def test_twelve_kills_at_random_moments(start):
    """2,500 people, 12 kill -9: ends by itself, nobody twice, at most 128 unknown a kill."""
    chance = random.Random(20261123)
    sim = start.intercom("--seed", 2500, "--latency", "120-200")
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(2500), track_event=False), Idempotency_Key="k").json["id"]
    slowest = 0.0
    for _ in range(12):
        time.sleep(chance.uniform(0.05, 1.8))
        herald.kill()
        before, began = len(sim.ledger()), time.monotonic()
        herald = start.herald(sim)
        while len(sim.ledger()) <= before and herald.campaign(cid).get("finished_at") is None:
            time.sleep(0.01)
        slowest = max(slowest, time.monotonic() - began)
    done = herald.wait_finished(cid, timeout=120)
    print(f"unknown {done['counts']['unknown']}, slowest boot to sending {slowest:.2f} s")
    assert done["counts"]["accepted"] + done["counts"]["unknown"] == 2500
    assert done["counts"]["unknown"] <= 12 * 128
    assert slowest <= 2.0
    check_against_ledger(herald, sim, cid)


def test_a_stop_during_a_long_429_does_not_wait_for_its_end(start):
    sim = start.intercom("--seed", 50)
    sim.faults({"match": "POST /messages", "after": 5, "do": "status", "status": 429, "headers": {"Retry-After": "600"}})
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(50))).json["id"]
    herald.wait_for(cid, lambda c: (c.get("waiting") or {}).get("reason") == "rate_limit")
    began = time.monotonic()
    assert herald.stop(signal.SIGTERM, timeout=30) == 0
    assert time.monotonic() - began < 10


def test_a_kept_alive_connection_does_not_hold_up_a_stop(start):
    import http.client
    herald = start.herald(start.intercom())
    idle = http.client.HTTPConnection("127.0.0.1", herald.port, timeout=10)
    idle.request("GET", "/livez")
    idle.getresponse().read()
    began = time.monotonic()
    assert herald.stop(signal.SIGTERM, timeout=30) == 0
    assert time.monotonic() - began < 4
    assert '"tidy":true' in herald.log()
    idle.close()
