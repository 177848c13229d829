"""Audiences that Intercom's search gives, and people who are created there."""

import collections
import time

from processes import clients, email_campaign

TOKEN = {"Authorization": "Bearer t"}
ALL_USERS, GOLD = "56203d253cba4c8e1b000001", "56203d253cba4c8e1b000003"


def campaign(audience, **fields):
    return {**email_campaign([]), "audience": audience, **fields}


def sent(sim):
    return collections.Counter(entry["contact_id"] for entry in sim.ledger())


def searches(sim):
    return sum(sim.stats()["operations"].get("POST /contacts/search", {}).values())


def sources(view):
    return [(s["kind"], s["state"], s["found"], s["added"]) for s in view["audience_sources"]]


def whole(herald, sim, cid, size):
    """Everybody found got exactly one message, and the counters are the rows."""
    done = herald.wait_finished(cid, timeout=180)
    assert done["state"] == "completed" and done["audience_size"] == size, done
    assert done["counts"]["accepted"] == size
    assert len(sent(sim)) == size and set(sent(sim).values()) <= {1}
    assert herald.get(f"/v1/campaigns/{cid}/progress").json["audience_sources"] == done["audience_sources"]
    return done


def test_ten_thousand_members_of_a_segment_get_one_message_each(start):
    sim = start.intercom("--seed", 10000, "--limit", 0)
    herald = start.herald(sim, HERALD_LIMITER_LIMIT_PER_WINDOW="30000")
    cid = herald.create(campaign({"segment_id": ALL_USERS})).json["id"]
    done = whole(herald, sim, cid, 10000)
    assert sources(done) == [("segment", "done", 10000, 10000)]
    # 67 pages; nobody is looked up a second time
    assert searches(sim) == 67, sim.stats()["operations"]
    assert "GET /contacts/{contact_id}" not in sim.stats()["operations"]


def test_sources_and_named_people_add_up_and_nobody_gets_two(start, fast):
    sim = start.intercom("--seed", 900, "--limit", 0)
    herald = start.herald(sim, **fast)
    audience = {"contacts": clients(10), "segment_id": GOLD,
                "filter": {"all": [{"field": "tier", "op": "in", "value": ["gold", "silver"]},
                                   {"field": "first_name", "op": "starts_with", "value": "A"}]}}
    created = herald.create(campaign(audience))
    assert created.status == 201, created
    done = herald.wait_finished(created.json["id"])
    (_, state, found, added), (_, other_state, other_found, other_added) = sources(done)
    assert state == other_state == "done" and found == 300 and added + other_added < found + other_found
    # Of clients 1 to 10 those who are gold, or silver and Ann or Adam, stand there twice.
    tiers = {k: ("gold", "silver", "enterprise")[(k - 1) % 3] for k in range(1, 901)}
    wanted = {k for k in tiers if k <= 10 or tiers[k] == "gold" or (tiers[k] == "silver" and k % 10 == 0)}
    assert {e["external_id"] for e in sim.ledger()} == {f"client_{k}" for k in wanted}
    assert set(sent(sim).values()) == {1}
    reasons = {p.get("reason") for p in herald.recipients(created.json["id"], state="skipped")}
    assert reasons == {"duplicate"}
    assert sum(done["counts"].values()) == done["audience_size"] == 10 + added + other_added


def test_a_map_of_attributes_is_a_filter(start, fast):
    sim = start.intercom("--seed", 300, "--limit", 0)
    herald = start.herald(sim, **fast)
    cid = herald.create(campaign({"filter": {"custom_attributes.tier": "enterprise", "role": "user"}})).json["id"]
    done = whole(herald, sim, cid, 100)
    assert done["audience_sources"][0]["filter"] == {"all": [
        {"field": "custom_attributes.tier", "op": "eq", "value": "enterprise"},
        {"field": "role", "op": "eq", "value": "user"}]}


def test_dates_are_compared_with_the_day_of_the_search(start, fast):
    sim = start.intercom("--seed", 30, "--limit", 0)
    herald = start.herald(sim, **fast)
    now, day = int(time.time()), 86400
    for client, ends in {1: now - 40 * day, 2: now + 3 * day, 3: now + 20 * day, 4: now + 40 * day}.items():
        found = sim.get(f"/contacts/find_by_external_id/client_{client}", headers=TOKEN).json["id"]
        sim.request("PUT", f"/contacts/{found}", {"custom_attributes": {"renewal_date": ends}}, headers=TOKEN)
    soon = {"all": [{"field": "signed_up_at", "op": "gt", "value": "2020-01-01T01:00:00+01:00"},
                    {"field": "renewal_date", "op": "within_next", "value": "30d"}]}
    done = whole(herald, sim, herald.create(campaign({"filter": soon})).json["id"], 2)
    assert {e["external_id"] for e in sim.ledger()} == {"client_2", "client_3"}
    soon["all"][0]["value"] = 1577836800
    assert done["audience_sources"][0]["filter"] == soon

    wrong = herald.create(campaign({"filter": {"all": [
        {"field": "signed_up_at", "op": "gt", "value": "yesterday"},
        {"field": "renewal_date", "op": "within_next", "value": "12h"},
        {"field": "last_seen_at", "op": "not_within_last", "value": "7d"}]}}))
    assert wrong.status == 422, wrong
    assert [(e["pointer"], e["code"]) for e in wrong.json["errors"]] == [
        ("/audience/filter/all/0/value", "not_searchable"), ("/audience/filter/all/1/value", "not_searchable"),
        ("/audience/filter/all/2/op", "not_searchable")]


def test_pages_that_repeat_people_add_them_once(start, fast):
    sim = start.intercom("--seed", 1000, "--limit", 0, "--page-overlap", 20)
    herald = start.herald(sim, **fast)
    cid = herald.create(campaign({"segment_id": ALL_USERS})).json["id"]
    [(_, state, found, added)] = sources(whole(herald, sim, cid, 1000))
    assert state == "done" and added == 1000 and found > 1000


def test_a_kill_in_the_middle_of_loading_goes_on_where_it_was(start, fast):
    sim = start.intercom("--seed", 3000, "--limit", 0)
    sim.faults({"match": "POST /contacts/search", "do": "latency", "ms": 150})
    herald = start.herald(sim, **fast)
    cid = herald.create(campaign({"segment_id": ALL_USERS}, track_event=False)).json["id"]
    for at in (300, 1200, 2100):
        herald.wait_for(cid, lambda c: c["audience_size"] >= at)
        herald.kill()
        herald = start.herald(sim, **fast)
        now = herald.campaign(cid)
        assert now["state"] == "running" and sum(now["counts"].values()) == now["audience_size"] >= at
    done = herald.wait_finished(cid, timeout=180)
    assert sources(done) == [("segment", "done", 3000, 3000)]
    assert done["counts"]["accepted"] + done["counts"]["unknown"] == done["audience_size"] == 3000
    assert set(sent(sim).values()) == {1}
    # 20 pages, and after each kill again the one that was on its way
    assert searches(sim) <= 20 + 3


def test_a_pause_stops_the_loading_and_a_resume_goes_on(start, fast):
    sim = start.intercom("--seed", 3000, "--limit", 0)
    sim.faults({"match": "POST /contacts/search", "do": "latency", "ms": 100})
    herald = start.herald(sim, **fast)
    cid = herald.create(campaign({"segment_id": ALL_USERS})).json["id"]
    herald.wait_for(cid, lambda c: c["audience_size"] >= 300)
    assert herald.post(f"/v1/campaigns/{cid}/pause?wait=drained").status == 200
    size = herald.campaign(cid)["audience_size"]
    sim.post("/_sim/reset-stats")
    # Another campaign runs from beginning to end meanwhile: time enough for a page.
    other = herald.create(campaign({"filter": {"external_id": "client_1"}})).json["id"]
    herald.wait_finished(other)
    assert searches(sim) <= 3, "one is asked at creation, one is loaded, one page may have been on its way"
    assert herald.campaign(cid)["audience_size"] == size
    assert herald.post(f"/v1/campaigns/{cid}/resume").status == 200
    done = herald.wait_finished(cid, timeout=120)
    assert sources(done) == [("segment", "done", 3000, 3000)] and done["counts"]["accepted"] == 3000


def test_a_segment_or_attribute_that_does_not_exist_is_refused_at_once(start, fast):
    sim = start.intercom("--seed", 3)
    herald = start.herald(sim, **fast)
    wrong = herald.create(campaign({"segment_id": "56203d253cba4c8e1b999999"}))
    assert wrong.status == 422 and wrong.json["code"] == "audience_refused", wrong
    assert wrong.json["errors"][0]["pointer"] == "/audience/segment_id"
    wrong = herald.create(campaign({"filter": {"any": [{"field": "tier", "op": "eq", "value": "gold"},
                                                       {"field": "teir", "op": "eq", "value": "gold"}]}}))
    assert wrong.status == 422, wrong
    assert wrong.json["errors"][0]["pointer"] == "/audience/filter/any/1/field"
    assert "custom_attributes.teir" in wrong.json["errors"][0]["detail"]
    wrong = herald.create(campaign({"filter": {"orders": "many"}}))  # a number
    assert wrong.status == 422, wrong
    assert herald.get("/v1/campaigns").json["data"] == []


def test_what_intercom_could_not_be_asked_about_pauses_the_campaign_when_it_is_loaded(start, fast):
    sim = start.intercom("--seed", 30)
    sim.faults({"match": "POST /contacts/search", "do": "status", "status": 503})
    herald = start.herald(sim, **fast)
    created = herald.create(campaign({"contacts": clients(5), "filter": {"teir": "gold"}}, launch=False))
    assert created.status == 201, created
    cid = created.json["id"]
    sim.faults()
    assert herald.post(f"/v1/campaigns/{cid}/launch").status == 202
    paused = herald.wait_for(cid, lambda c: c["state"] == "paused", timeout=120)
    assert paused["pause_reason"] == "audience_refused"
    [source] = paused["audience_sources"]
    assert source["state"] == "refused" and "custom_attributes.teir" in source["reason"]
    # Somebody makes the attribute, and the campaign goes on.
    sim.post("/data_attributes", {"name": "teir", "model": "contact", "data_type": "string"}, headers=TOKEN)
    found = sim.get("/contacts/find_by_external_id/client_9", headers=TOKEN).json["id"]
    sim.request("PUT", f"/contacts/{found}", {"custom_attributes": {"teir": "gold"}}, headers=TOKEN)
    assert herald.post(f"/v1/campaigns/{cid}/resume").status == 200
    done = herald.wait_finished(cid)
    assert done["counts"]["accepted"] == 6 and sources(done) == [("filter", "done", 1, 1)]


def test_a_cursor_that_expires_begins_the_source_anew(start, fast):
    sim = start.intercom("--seed", 500, "--limit", 0)
    sim.faults({"match": "POST /contacts/search", "after": 2, "count": 1, "do": "status", "status": 400, "body":
                '{"type":"error.list","errors":[{"code":"parameter_invalid","message":"the cursor has expired"}]}'})
    herald = start.herald(sim, **fast)
    cid = herald.create(campaign({"segment_id": ALL_USERS})).json["id"]
    assert sources(whole(herald, sim, cid, 500)) == [("segment", "done", 500, 500)]


def test_trouble_while_loading_is_waited_for(start, fast):
    sim = start.intercom("--seed", 500, "--limit", 0)
    sim.faults({"match": "POST /contacts/search", "after": 1, "count": 2, "do": "status", "status": 502},
               {"match": "POST /contacts/search", "after": 4, "count": 1, "do": "status", "status": 429,
                "headers": {"Retry-After": "1"}},
               {"match": "POST /contacts/search", "after": 5, "count": 1, "do": "rst_before_commit"})
    herald = start.herald(sim, **fast)
    cid = herald.create(campaign({"segment_id": ALL_USERS})).json["id"]
    whole(herald, sim, cid, 500)


def test_nobody_found_completes_the_campaign_and_says_so(start, fast):
    sim = start.intercom("--seed", 3)
    herald = start.herald(sim, **fast)
    cid = herald.create(campaign({"filter": {"tier": "platinum"}})).json["id"]
    done = herald.wait_finished(cid)
    assert done["state"] == "completed" and done["audience_size"] == 0
    assert sources(done) == [("filter", "done", 0, 0)]


def test_a_draft_with_a_source_is_launched_later(start, fast):
    sim = start.intercom("--seed", 30, "--limit", 0)
    herald = start.herald(sim, **fast)
    cid = herald.create(campaign({"segment_id": ALL_USERS}, launch=False)).json["id"]
    assert sources(herald.campaign(cid)) == [("segment", "pending", 0, 0)]
    assert herald.post(f"/v1/campaigns/{cid}/launch").status == 202
    whole(herald, sim, cid, 30)


def test_people_who_may_not_be_written_to_are_skipped_from_a_segment_too(start, fast):
    sim = start.intercom("--seed", 100, "--seed-suppressed", "--limit", 0)
    herald = start.herald(sim, **fast)
    cid = herald.create(campaign({"segment_id": ALL_USERS})).json["id"]
    done = herald.wait_finished(cid)
    reasons = {r["reason"] for r in herald.get(f"/v1/campaigns/{cid}/progress").json["reasons"]}
    assert reasons >= {"unsubscribed", "bounced", "marked_spam", "no_email"}
    assert done["audience_size"] == 98, "archived people are in no segment"


# People whom Intercom does not know


def creating(people, **fields):
    return email_campaign(people, create_missing_contacts=True, **fields)


def in_app(people, name="In app"):
    """For people who are created by their external id, and so have no address."""
    return {"name": name, "channel": "in_app", "template_type": "custom", "body_text": "Hello",
            "audience": {"contacts": people}, "create_missing_contacts": True, "launch": True}


def test_missing_people_are_created_once_and_written_to(start, fast):
    sim = start.intercom("--seed", 5, "--search-delay", 60000)
    herald = start.herald(sim, **fast)
    people = clients(3) + [{"external_id": "new_1", "variables": {"name": "Nora", "plan": "gold"}},
                           {"email": "New@example.com"}, {"id": "ffffffffffffffffffffffff"}]
    cid = herald.create(in_app(people)).json["id"]
    done = herald.wait_finished(cid)
    assert done["counts"]["accepted"] == 5
    assert [p["reason"] for p in herald.recipients(cid, state="skipped")] == ["not_found"]
    made = sim.ledger("contact_create")
    assert {(m["external_id"], m["email"], m["role"]) for m in made} == {
        ("new_1", None, "user"), (None, "new@example.com", "user")}
    found = sim.get("/contacts/find_by_external_id/new_1", headers=TOKEN).json
    assert found["name"] == "Nora" and found["custom_attributes"] == {} and not found["unsubscribed_from_emails"]
    assert sim.ledger("contact_update") == []
    # Again, while the search still does not show them: found by the conflict, not created twice.
    again = herald.create(in_app(people[3:5], name="Again")).json["id"]
    assert herald.wait_finished(again)["counts"]["accepted"] == 2
    assert len(sim.ledger("contact_create")) == 2


def test_a_conflict_leads_to_whom_the_search_does_not_show(start, fast):
    sim = start.intercom("--seed", 1, "--search-delay", 3600000)
    sim.post("/contacts", {"role": "user", "email": "fresh@example.com"}, headers=TOKEN)
    sim.post("/contacts", {"role": "user", "email": "stopped@example.com", "unsubscribed_from_emails": True},
             headers=TOKEN)
    herald = start.herald(sim, **fast)
    cid = herald.create(creating([{"email": "Fresh@example.com"}, {"email": "stopped@example.com"}])).json["id"]
    herald.wait_finished(cid)
    outcome = [(p["contact"]["email"], p.get("reason", p["state"])) for p in herald.recipients(cid)]
    assert outcome == [("Fresh@example.com", "accepted"), ("stopped@example.com", "unsubscribed")]
    assert len(sim.ledger("contact_create")) == 2, "both by this test"
    assert sim.ledger("contact_update") == []


def test_who_is_archived_stays_archived(start, fast):
    sim = start.intercom("--seed", 3)
    gone = sim.get("/contacts/find_by_external_id/client_2", headers=TOKEN).json["id"]
    sim.post(f"/contacts/{gone}/archive", headers=TOKEN)
    herald = start.herald(sim, **fast)
    people = [{"email": "client_2@example.com"}, {"external_id": "client_2"}] + clients(1)
    cid = herald.create(creating(people)).json["id"]
    assert herald.wait_finished(cid)["counts"]["accepted"] == 1
    assert [p["reason"] for p in herald.recipients(cid, state="skipped")] == ["archived", "archived"]
    assert sim.ledger("contact_create") == sim.ledger("contact_unarchive") == []


def test_a_merged_contact_that_a_conflict_names_is_followed(start, fast):
    sim = start.intercom("--seed", 2)
    survivor = sim.get("/contacts/find_by_external_id/client_1", headers=TOKEN).json["id"]
    merged = sim.get("/contacts/find_by_external_id/client_2", headers=TOKEN).json["id"]
    sim.faults({"match": "POST /contacts", "count": 1, "do": "status", "status": 409, "body":
                '{"type":"error.list","errors":[{"code":"conflict","message":'
                f'"A contact matching those details already exists with id={merged}"}}]}}'},
               {"match": f"GET /contacts/{merged}", "count": 1, "do": "gone", "into": survivor})
    herald = start.herald(sim, **fast)
    cid = herald.create(creating([{"external_id": "nobody"}])).json["id"]
    assert herald.wait_finished(cid)["counts"]["accepted"] == 1
    assert [e["contact_id"] for e in sim.ledger()] == [survivor]


def test_a_new_contact_that_cannot_be_written_to_yet_is_waited_for(start, fast):
    sim = start.intercom("--seed", 1, "--visibility-delay", 3000, "--search-delay", 60000)
    herald = start.herald(sim, **fast)
    cid = herald.create(in_app([{"external_id": "new_1"}])).json["id"]
    done = herald.wait_finished(cid)
    assert done["counts"]["accepted"] == 1
    assert herald.recipients(cid)[0]["attempts"] == 2
    assert len(sim.ledger("contact_create")) == 1


def test_whom_intercom_does_not_take_is_skipped_with_its_words(start, fast):
    sim = start.intercom("--seed", 2)
    sim.faults({"match": "POST /contacts", "count": 1, "do": "status", "status": 400, "body":
                '{"type":"error.list","errors":[{"code":"parameter_invalid","message":"email is not valid"}]}'})
    herald = start.herald(sim, **fast)
    cid = herald.create(creating([{"email": "odd@example.com"}] + clients(1))).json["id"]
    done = herald.wait_finished(cid)
    assert done["counts"]["accepted"] == 1
    [skipped] = herald.recipients(cid, state="skipped")
    assert skipped["reason"] == "creation_refused" and "email is not valid" in skipped["detail"]


def test_who_has_no_address_is_not_mailed(start, fast):
    sim = start.intercom("--seed", 1)
    herald = start.herald(sim, **fast)
    cid = herald.create(creating([{"external_id": "new_1"}])).json["id"]
    herald.wait_finished(cid)
    assert [p["reason"] for p in herald.recipients(cid)] == ["no_email"]


def test_a_creation_whose_answer_is_lost_creates_nobody_twice(start, fast):
    sim = start.intercom("--seed", 1)
    sim.faults({"match": "POST /contacts", "count": 3, "do": "commit_then_rst"})
    herald = start.herald(sim, **fast)
    cid = herald.create(in_app([{"external_id": f"new_{i}"} for i in range(5)])).json["id"]
    assert herald.wait_finished(cid)["counts"]["accepted"] == 5
    assert len(sim.ledger("contact_create")) == 5


def test_kills_between_creation_and_message_create_nobody_twice(start, fast):
    sim = start.intercom("--seed", 1, "--limit", 0, "--search-delay", 3600000, "--latency", "20-60")
    herald = start.herald(sim, **fast)
    people = [{"external_id": f"new_{i}"} for i in range(300)]
    cid = herald.create(in_app(people)).json["id"]
    for at in (30, 120):
        while len(sim.ledger("contact_create")) < at:
            pass
        herald.kill()
        herald = start.herald(sim, **fast)
    done = herald.wait_finished(cid, timeout=180)
    assert done["counts"]["accepted"] + done["counts"]["unknown"] == 300
    made = collections.Counter(m["external_id"] for m in sim.ledger("contact_create"))
    assert len(made) == 300 and set(made.values()) == {1}
    assert set(sent(sim).values()) == {1}
