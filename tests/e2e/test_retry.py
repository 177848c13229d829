"""An operator sends again to those who got nothing."""

import collections

from processes import clients, email_campaign


def test_a_retry_sends_again_to_the_losses_and_to_nobody_else(start, fast):
    sim = start.intercom("--seed", 40, "--latency", "1-5")
    sim.faults({"match": "POST /messages", "count": 4, "do": "status", "status": 503},
               {"match": "POST /messages", "count": 3, "do": "status", "status": 422})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(40))).json["id"]
    before = herald.wait_finished(cid)
    assert before["state"] == "completed_with_losses"
    assert (before["counts"]["unknown"], before["counts"]["rejected"], before["counts"]["accepted"]) == (4, 3, 33)

    path = f"/v1/campaigns/{cid}/retry"
    refused = herald.post(path, {"states": ["rejected", "unknown"]})
    assert refused.status == 422, refused
    assert [e["pointer"] for e in refused.json["errors"]] == ["/confirm_possible_duplicates"]

    retried = herald.post(path, {"states": ["rejected"]}, headers={"Idempotency-Key": "again"})
    assert retried.status == 202 and retried.headers["location"] == f"/v1/campaigns/{cid}/progress", retried
    assert retried.json["state"] == "running" and retried.json["counts"]["queued"] == 3
    after = herald.wait_finished(cid)
    assert after["state"] == "completed_with_losses"
    assert (after["counts"]["unknown"], after["counts"]["accepted"]) == (4, 36)
    repeated = herald.post(path, {"states": ["rejected"]}, headers={"Idempotency-Key": "again"})
    assert repeated.body == retried.body and repeated.headers["idempotent-replayed"] == "true"

    assert herald.post(path, {"states": ["unknown"], "confirm_possible_duplicates": True}).status == 202
    done = herald.wait_finished(cid)
    assert done["state"] == "completed" and done["counts"]["accepted"] == 40
    assert herald.get(f"/v1/campaigns/{cid}/progress").json["reasons"] == []
    sent = collections.Counter(entry["external_id"] for entry in sim.ledger())
    assert len(sent) == 40 and set(sent.values()) == {1}


def test_a_retry_of_many_goes_on_after_a_kill_and_sends_to_each_of_them_once(start, fast):
    few = start.intercom("--seed", 1, "--limit", 0)
    herald = start.herald(few, **fast)
    cid = herald.create(email_campaign(clients(5_000))).json["id"]
    assert herald.wait_finished(cid)["counts"]["skipped"] == 4_999  # nobody at Intercom has these names yet
    herald.stop()

    everybody = start.intercom("--seed", 5_000, "--limit", 0)
    herald = start.herald(everybody, **fast)
    retried = herald.post(f"/v1/campaigns/{cid}/retry", {"states": ["skipped"]})
    assert retried.status == 202 and retried.json["state"] == "running", retried
    assert (retried.json["counts"]["queued"], retried.json["counts"]["skipped"]) == (2_000, 2_999)
    herald.kill()

    herald = start.herald(everybody, **fast)
    done = herald.wait_finished(cid)["counts"]
    assert done["skipped"] == 0 and done["accepted"] + done["unknown"] == 5_000
    sent = collections.Counter(entry["external_id"] for entry in everybody.ledger())
    assert set(sent.values()) == {1} and len(sent) >= done["accepted"] - 1
    last = herald.get(f"/v1/audit_entries?resource=campaign:{cid}&action=campaign_retried").json["data"]
    assert [entry["details"]["recipient_count"] for entry in last] == [4_999]
