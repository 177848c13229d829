"""Somebody looks into Intercom and says what became of the unknown."""

import collections
import json

from processes import clients, email_campaign


def resolve(herald, delivery_id, outcome, headers=None, **more):
    return herald.post(f"/v1/deliveries/{delivery_id}/resolve", {"outcome": outcome, **more}, headers=headers or {})


def test_unknown_deliveries_are_resolved_and_only_a_retry_sends_again(start, fast):
    sim = start.intercom("--seed", 30, "--latency", "1-5")
    sim.faults({"match": "POST /messages", "count": 2, "do": "commit_then_502"},
               {"match": "POST /messages", "count": 1, "do": "status", "status": 503})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(30), track_event=True)).json["id"]
    done = herald.wait_finished(cid)
    assert done["state"] == "completed_with_losses" and done["counts"]["unknown"] == 3
    sent = {entry["external_id"] for entry in sim.ledger()}
    unknown = herald.recipients(cid, state="unknown")

    for listed in unknown:
        answer = herald.get(f"/v1/deliveries/{listed['id']}")
        assert answer.status == 200, answer
        shown = answer.json
        assert shown["campaign_id"] == cid and shown["contact"] == listed["contact"] and shown["state"] == "unknown"
        assert [a["outcome"] for a in shown["attempts"]] == ["unknown"] and shown["resolutions"] == []

    for listed in unknown:
        outcome = "accepted" if listed["contact"]["external_id"] in sent else "not_sent"
        key = {"Idempotency-Key": f"look-{listed['id']}"}
        answer = resolve(herald, listed["id"], outcome, key, note="looked into Intercom")
        assert answer.status == 200, answer
        said = answer.json["resolutions"]
        assert [(r["outcome"], r["actor"], r["note"]) for r in said] == [(outcome, "anonymous", "looked into Intercom")]
        assert "message_id" not in answer.json
        again = resolve(herald, listed["id"], outcome, key, note="looked into Intercom")
        assert again.body == answer.body and again.headers["idempotent-replayed"] == "true"
        conflict = resolve(herald, listed["id"], outcome)
        assert conflict.status == 409 and answer.json["state"] in conflict.json["detail"], conflict

    herald.kill()
    herald = start.herald(sim, **fast)
    after = herald.campaign(cid)
    assert after["state"] == "completed_with_losses"
    assert (after["counts"]["accepted"], after["counts"]["rejected"], after["counts"]["unknown"]) == (29, 1, 0)
    assert herald.get(f"/v1/campaigns/{cid}/progress").json["reasons"] == [
        {"state": "rejected", "reason": "resolved", "count": 1}]
    # the event that follows an accepted email follows a resolved one too
    herald.wait_for(cid, lambda c: c["events"]["tracked"] == 29)

    assert herald.post(f"/v1/campaigns/{cid}/retry", {"states": ["rejected"]}).status == 202
    assert herald.wait_finished(cid)["state"] == "completed"
    counts = collections.Counter(entry["external_id"] for entry in sim.ledger())
    assert len(counts) == 30 and set(counts.values()) == {1}


def test_the_last_loss_resolved_as_accepted_completes_the_campaign(start, fast):
    sim = start.intercom("--seed", 5)
    sim.faults({"match": "POST /messages", "count": 1, "do": "commit_then_rst"})
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(5))).json["id"]
    assert herald.wait_finished(cid)["state"] == "completed_with_losses"
    (lost,) = herald.recipients(cid, state="unknown")
    assert resolve(herald, lost["id"], "accepted").status == 200
    done = herald.campaign(cid)
    assert done["state"] == "completed" and done["counts"]["accepted"] == 5
    assert done["intercom_integration"]["failed"] == 0
    accepted = herald.get(f"/v1/deliveries/{herald.recipients(cid, limit=1)[0]['id']}").json
    assert accepted["state"] == "accepted", json.dumps(accepted)


def test_wrong_resolutions_change_nothing(start, fast):
    sim = start.intercom("--seed", 2)
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(2))).json["id"]
    herald.wait_finished(cid)
    sent = herald.recipients(cid)[0]["id"]
    assert resolve(herald, sent, "accepted").status == 409
    wrong = resolve(herald, sent, "maybe", note="", who="me")
    assert sorted(e["pointer"] for e in wrong.json["errors"]) == ["/note", "/outcome", "/who"]
    assert resolve(herald, "dlv_0000000000zzz", "accepted").status == 404
    assert resolve(herald, "nonsense", "accepted").status == 404
    assert herald.get("/v1/deliveries/dlv_0000000000zzz").status == 404
    assert herald.get(f"/v1/deliveries/{sent}").json["attempts"][0]["message_id"]
