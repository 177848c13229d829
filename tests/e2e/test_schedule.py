"""Campaigns that start at a time and end at one, through crashes."""

import datetime
import time

from processes import clients, email_campaign
from test_faults import check_against_ledger


def in_seconds(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds")


def scheduled(count, seconds, **fields):
    return email_campaign(clients(count), launch=False, scheduled_at=in_seconds(seconds), **fields)


def test_a_campaign_starts_at_its_time(start):
    sim = start.intercom("--seed", 20)
    herald = start.herald(sim)
    created = herald.create(scheduled(20, 2)).json
    assert created["state"] == "scheduled" and created["waiting"]["reason"] == "schedule"
    assert created["waiting"]["until"] == created["scheduled_at"]
    done = herald.wait_finished(created["id"])
    assert done["counts"]["accepted"] == 20
    assert done["scheduled_at"] <= done["launched_at"]
    late = datetime.datetime.fromisoformat(done["launched_at"].replace("Z", "+00:00")) - datetime.datetime.fromisoformat(
        done["scheduled_at"].replace("Z", "+00:00"))
    assert late.total_seconds() < 1
    check_against_ledger(herald, sim, created["id"])


def test_a_kill_before_the_time_changes_nothing(start):
    sim = start.intercom("--seed", 20)
    herald = start.herald(sim)
    cid = herald.create(scheduled(20, 3)).json["id"]
    herald.kill()
    herald = start.herald(sim)
    assert herald.campaign(cid)["state"] == "scheduled"
    assert herald.wait_finished(cid)["counts"]["accepted"] == 20
    check_against_ledger(herald, sim, cid)


def test_a_start_that_comes_too_late_is_held_until_somebody_resumes_it(start):
    sim = start.intercom("--seed", 20)
    herald = start.herald(sim)
    cid = herald.create(scheduled(20, 1.5)).json["id"]
    herald.kill()
    time.sleep(3)  # nobody is there at its time, nor within the grace of a second
    herald = start.herald(sim, HERALD_SCHEDULE_MISFIRE_GRACE="1s")
    held = herald.wait_for(cid, lambda c: c["state"] == "paused")
    assert held["pause_reason"] == "late" and "launched_at" not in held
    assert sim.ledger() == []
    assert herald.post(f"/v1/campaigns/{cid}/resume").status == 200
    assert herald.wait_finished(cid)["counts"]["accepted"] == 20


def test_nothing_is_sent_after_the_expiry_and_everybody_is_accounted_for(start):
    sim = start.intercom("--seed", 5000, "--latency", "50-100")
    herald = start.herald(sim)
    cid = herald.create(email_campaign(clients(5000), expires_at=in_seconds(3))).json["id"]
    done = herald.wait_finished(cid)
    assert done["state"] == "completed"
    counts = done["counts"]
    assert counts["accepted"] > 0 and counts["expired"] > 0
    assert counts["accepted"] + counts["expired"] == 5000
    sent = len(sim.ledger())
    time.sleep(1)
    assert len(sim.ledger()) == sent
    check_against_ledger(herald, sim, cid)
    assert herald.post(f"/v1/campaigns/{cid}/retry", {"states": ["rejected"]}).status == 409


def test_a_campaign_that_expires_before_anybody_starts_it(start):
    sim = start.intercom("--seed", 20)
    herald = start.herald(sim)
    cid = herald.create(scheduled(20, 1, expires_at=in_seconds(2))).json["id"]
    herald.kill()
    time.sleep(2.5)
    herald = start.herald(sim)
    done = herald.wait_finished(cid)
    assert done["state"] == "expired" and done["counts"]["expired"] == 20
    assert sim.ledger() == []


def test_zones_are_those_of_the_world(start):
    herald = start.herald(start.intercom())
    year = datetime.date.today().year + 1
    made = herald.create(email_campaign(clients(1), launch=False, scheduled_at=f"{year}-07-01T09:00:00",
                                        time_zone="Europe/Berlin"))
    assert made.json["scheduled_at"] == f"{year}-07-01T07:00:00.000Z"
    for zone in ("localtime", "Europe/Atlantis"):
        refused = herald.create(email_campaign(clients(1), launch=False, scheduled_at=f"{year}-07-01T09:00:00",
                                               time_zone=zone))
        assert refused.status == 422
        assert [e["pointer"] for e in refused.json["errors"]] == ["/time_zone"]
