"""Who sends when: the pace of one campaign, and turns between several."""

import datetime

from processes import clients, email_campaign


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def sent_by(sim, name):
    """Moments in seconds of the messages of one campaign, which its subject names."""
    return sorted(entry["t_ms"] / 1000 for entry in sim.ledger() if entry["subject"] == name)


def test_a_paced_campaign_keeps_its_pace_and_holds_up_nobody(start, fast):
    sim = start.intercom("--seed", 3000, "--limit", 16670, "--latency", "5-20")
    herald = start.herald(sim, **fast)
    paced = herald.create(email_campaign(clients(3000), subject="paced", max_per_minute=1200)).json
    assert paced["max_per_minute"] == 1200
    other = herald.create(email_campaign(clients(3000), subject="other")).json
    done = herald.wait_finished(other["id"])
    assert moment(done["finished_at"]) - moment(done["launched_at"]) < 15, "20 a second do not hold up 1,600"
    herald.wait_for(paced["id"], lambda c: c["counts"]["accepted"] >= 620)

    progress = herald.get(f"/v1/campaigns/{paced['id']}/progress").json
    assert progress["waiting"] == {"reason": "none"}
    assert progress["max_per_minute"] == 1200
    assert moment(progress["eta"]) - datetime.datetime.now().timestamp() > 2380 / 20 * 0.95
    herald.post(f"/v1/campaigns/{paced['id']}/cancel")

    times = sent_by(sim, "paced")
    in_30_s = [t for t in times if t < times[0] + 30]
    print(f"\n{len(in_30_s)} messages in 30 s at 1,200 a minute")
    assert 588 <= len(in_30_s) <= 612


def test_two_equal_campaigns_started_together_finish_together(start):
    sim = start.intercom("--seed", 1000, "--limit", 1667, "--latency", "120-200")
    herald = start.herald(sim)
    ids = [herald.create(email_campaign(clients(1000), subject=s, launch=False)).json["id"] for s in ("a", "b")]
    for cid in ids:
        assert herald.post(f"/v1/campaigns/{cid}/launch").status == 202
    ends = [moment(herald.wait_finished(cid)["finished_at"]) for cid in ids]
    began = min(moment(herald.campaign(cid)["launched_at"]) for cid in ids)
    print(f"\nfinished after {[f'{end - began:.2f} s' for end in ends]}")
    assert abs(ends[0] - ends[1]) <= 0.05 * (max(ends) - began)
    assert sim.stats()["refused_429"] == 0



def test_a_pace_is_changed_while_the_campaign_runs(start, fast):
    sim = start.intercom("--seed", 1000, "--limit", 16670, "--latency", "5-20")
    herald = start.herald(sim, **fast)
    cid = herald.create(email_campaign(clients(1000), max_per_minute=1)).json["id"]
    herald.wait_for(cid, lambda c: c["counts"]["accepted"] == 1)
    slow = herald.get(f"/v1/campaigns/{cid}/progress").json
    assert slow["counts"]["queued"] >= 998
    changed = herald.request("PATCH", f"/v1/campaigns/{cid}", {"max_per_minute": 3000})
    assert changed.status == 200 and changed.json["max_per_minute"] == 3000, changed
    herald.wait_for(cid, lambda c: c["counts"]["accepted"] >= 50, timeout=5)
    refused = herald.request("PATCH", f"/v1/campaigns/{cid}", {"max_per_minute": 1, "subject": "x"})
    assert refused.status == 409 and "only max_per_minute" in refused.json["detail"], refused
    assert herald.request("PATCH", f"/v1/campaigns/{cid}", {"max_per_minute": None}).status == 200
    done = herald.wait_finished(cid, timeout=15)
    assert done["counts"]["accepted"] == 1000
    assert herald.request("PATCH", f"/v1/campaigns/{cid}", {"max_per_minute": 5}).status == 409
