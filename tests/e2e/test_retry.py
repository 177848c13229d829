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
