"""A launch foretold is the launch."""

import pytest

from processes import clients, email_campaign

# Contacts that --seed-suppressed spoils: unsubscribed, bounced, spam, archived, without email; 33: blocked.
ARCHIVED = 37


def dry_run(herald, cid, **kwargs):
    answer = herald.post(f"/v1/campaigns/{cid}/launch?dry_run=true", **kwargs)
    assert answer.status == 200, answer
    return answer.json


def counted(entries):
    return {entry["reason"]: entry["count"] for entry in entries}


def searches(sim):
    return sim.stats()["operations"].get("POST /contacts/search")


@pytest.fixture
def sim(start):
    return start.intercom("--seed", 400, "--seed-suppressed")


@pytest.fixture
def herald(start, sim, fast):
    return start.herald(sim, **fast)


def test_what_is_known_is_what_the_launch_does(herald, sim):
    people = [c for c in clients(100) if int(c["external_id"][7:]) % 50 != ARCHIVED]
    for person in people:  # whoever something was done for is known for a while
        assert herald.request("PUT", f"/v1/contacts/external_id:{person['external_id']}/tags/seen").status == 200
    messages_before = len(sim.ledger())

    audience = [{**person, "variables": {"city": f"Ulm {i}"}} if i % 3 else person for i, person in enumerate(people)]
    audience += audience[:5]
    body = email_campaign(audience, launch=False, subject="{{ first_name }} of {{ city }}", variables={})
    cid = herald.create(body).json["id"]
    before = herald.campaign(cid)
    told = dry_run(herald, cid, headers={"Idempotency-Key": "go"})
    known = told["known"]
    assert known["exact"] and known["looked_at"] == told["audience"] == len(audience) and known["to_look_up"] == 0
    assert known["ready"] + sum(counted(known["skipped"]).values()) == len(audience)
    assert {"duplicate", "missing_variable", "unsubscribed", "bounced"} <= set(counted(known["skipped"]))
    assert told["calls"]["messages"] == {"min": known["ready"], "max": known["ready"]}
    assert told["calls"]["lookups"] == {"min": 0, "max": 0}
    assert told["finish"]["earliest"] <= told["finish"]["latest"]
    assert len(told["messages"]) == 10
    assert len({m["contact"]["external_id"] for m in told["messages"]}) == 10
    # nothing happened
    assert herald.campaign(cid) == before and len(sim.ledger()) == messages_before

    asked = searches(sim)
    assert herald.post(f"/v1/campaigns/{cid}/launch", headers={"Idempotency-Key": "go"}).status == 202
    done = herald.wait_finished(cid)
    assert done["counts"]["accepted"] == known["ready"]
    reasons = herald.get(f"/v1/campaigns/{cid}/progress").json["reasons"]
    assert counted(reasons) == counted(known["skipped"])
    sent = {e["external_id"]: (e["subject"], e["body"]) for e in sim.ledger()[messages_before:]}
    assert len(sent) == known["ready"]
    for message in told["messages"]:
        assert sent[message["contact"]["external_id"]] == (message["subject"], message["body"])
    assert searches(sim) == asked


def test_of_whom_nothing_is_known_a_sample_is_asked(herald, sim):
    body = email_campaign(clients(600), launch=False, track_event=True)
    cid = herald.create(body).json["id"]
    told = dry_run(herald, cid)
    assert told["known"] == {"looked_at": 600, "exact": True, "ready": 0, "skipped": [], "too_large": 0,
                             "to_look_up": 600}
    sample = told["intercom_sample"]
    assert sample["looked_at"] == 200 and "stopped" not in sample
    assert sample["ready"] + sum(counted(sample["skipped"]).values()) == 200
    assert 60 <= counted(sample["skipped"])["not_found"] <= 70  # a third: 401 to 600 are not there
    assert told["calls"]["messages"] == {"min": 0, "max": 600} == told["calls"]["events"]
    assert len(told["messages"]) == 10
    assert sim.ledger() == []


def test_a_filter_is_counted_and_its_people_are_sampled(herald, sim):
    body = email_campaign([], audience={"filter": {"all": [{"field": "email", "op": "ends_with", "value": "@example.com"}]}},
                          launch=False)
    cid = herald.create(body).json["id"]
    told = dry_run(herald, cid)
    people = told["sources"]["people"]
    assert people > 100 and told["uncounted_sources"] == 0
    assert told["sources"]["looked_at"] == 50
    assert told["calls"]["lookups"]["min"] == -(-people // 150)
    assert told["calls"]["messages"]["max"] == people
    assert told["finish"]["latest"] >= told["finish"]["earliest"]
    assert len(told["messages"]) == 10 and sim.ledger() == []


def test_without_intercom_it_says_why(herald, sim):
    cid = herald.create(email_campaign(clients(3), launch=False)).json["id"]
    sim.faults({"match": "POST /contacts/search", "do": "unauthorized"})
    told = dry_run(herald, cid)
    assert told["intercom_sample"]["stopped"]["code"] == "intercom_credential"
    assert told["known"]["to_look_up"] == 3 and told["messages"] == []
    assert told["waiting"]["reason"] == "credential" and told["finish"] is None


def test_it_is_refused_where_the_launch_is(herald):
    body = email_campaign([], launch=False)
    del body["audience"]
    cid = herald.create(body).json["id"]
    path = f"/v1/campaigns/{cid}/launch"
    for target in (path + "?dry_run=true", path):
        refused = herald.post(target)
        assert refused.status == 409 and "without audience" in refused.json["detail"], refused
    assert herald.post(path + "?dry_run=maybe").status == 400
    cid = herald.create(email_campaign(clients(1))).json["id"]
    herald.wait_finished(cid)
    assert herald.post(f"/v1/campaigns/{cid}/launch?dry_run=true").status == 409
