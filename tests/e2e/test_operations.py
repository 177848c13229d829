"""What the earlier client could do for one person, case by case, with a real process against the stand-in."""

import concurrent.futures
import time

import pytest

from operations import EMAIL, IN_APP, Operations, pointers

ANN = {"email": "client_1@example.com"}
BEN = {"external_id": "client_2"}


@pytest.fixture
def workspace(start, fast):
    """(operations, stand-in) of a service with a fast workspace of twenty people."""
    def make(*args, **settings):
        sim = start.intercom("--seed", 20, *args)
        return Operations(start.herald(sim, **{**fast, "HERALD_BREAKER_MODE": "seed", **settings})), sim
    return make


def breaker(operations):
    return operations.herald.get("/v1/limits").json["breaker"]


def open_the_breaker(operations, sim):
    sim.faults({"match": "POST /messages", "do": "status", "status": 503})
    for _ in range(5):  # one attempt each
        failed = operations.message(ANN, delivery_policy="at_most_once", **EMAIL)
        assert failed.status == 504, failed
    assert breaker(operations)["state"] == "open"


class TestCircuitBreaker:
    def test_is_closed_at_first(self, workspace):
        operations, _ = workspace()
        assert breaker(operations)["state"] == "closed"

    def test_opens_after_five_failures_in_a_row(self, workspace):
        operations, sim = workspace()
        open_the_breaker(operations, sim)
        assert breaker(operations)["reason"] == "consecutive_failures"

    def test_a_success_starts_the_count_again(self, workspace):
        operations, sim = workspace()
        sim.faults({"match": "POST /messages", "count": 3, "do": "status", "status": 503})
        assert operations.message(ANN, **EMAIL).json["attempts"] == 4
        sim.faults({"match": "POST /messages", "count": 3, "do": "status", "status": 503})
        assert operations.message(ANN, **EMAIL).json["attempts"] == 4
        assert breaker(operations)["state"] == "closed"

    def test_lets_one_call_try_after_its_time_and_closes(self, workspace):
        operations, sim = workspace(HERALD_BREAKER_OPEN="2s")
        open_the_breaker(operations, sim)
        sim.faults()
        refused = operations.message(ANN, **EMAIL)
        assert refused.status == 503 and refused.json["code"] == "circuit_open"
        time.sleep(2.2)
        assert operations.message(ANN, **EMAIL).status == 201
        assert breaker(operations)["state"] == "closed"


class TestStart:
    def test_with_the_token_that_is_given(self, start):
        sim = start.intercom("--seed", 1, "--token", "the-only-one")
        operations = Operations(start.herald(sim, INTERCOM_ACCESS_TOKEN="the-only-one"))
        assert operations.user("external_id:client_1").status == 200

    def test_without_a_token_it_answers_and_sends_nothing(self, start):
        sim = start.intercom("--seed", 1)
        operations = Operations(start.herald(sim, INTERCOM_ACCESS_TOKEN=None))
        for answer in (operations.message(ANN, **EMAIL), operations.user("email:client_1@example.com"),
                       operations.tag("external_id:client_1", "vip"), operations.note("external_id:client_1", body="x")):
            assert answer.status == 502 and answer.json["code"] == "intercom_credential", answer
        assert sim.ledger() == []

    def test_with_a_wrong_token_every_answer_says_so(self, start):
        sim = start.intercom("--seed", 1, "--token", "the-only-one")
        operations = Operations(start.herald(sim))
        refused = operations.user("external_id:client_1")
        assert refused.status == 502 and refused.json["code"] == "intercom_credential", refused
        assert operations.herald.get("/v1/limits").json["credential"]["state"] == "held"


class TestSendMessage:
    def test_in_app(self, workspace):
        operations, sim = workspace()
        sent = operations.message(ANN, **IN_APP)
        assert sent.status == 201, sent
        assert sent.json["state"] == "accepted" and sent.json["attempts"] == 1
        assert sent.json["possible_duplicate"] is False and "subject" not in sent.json
        entry, = sim.ledger()
        assert (entry["message_type"], entry["external_id"], entry["id"]) == \
               ("inapp", "client_1", sent.json["intercom_message_id"])

    def test_email(self, workspace):
        operations, sim = workspace()
        sent = operations.message(BEN, **{**EMAIL, "subject": "Hi {{ first_name }}"}, style="personal")
        assert sent.status == 201, sent
        entry, = sim.ledger()
        assert entry["message_type"] == "email" and entry["template"] == "personal"
        assert entry["admin_id"] == "394051" and entry["subject"] == sent.json["subject"]
        assert "{" not in entry["subject"]
        assert operations.herald.get(sent.headers["location"]).json == sent.json

    def test_needs_somebody(self, workspace):
        operations, sim = workspace()
        assert pointers(operations.message({}, **EMAIL)) == {"/contact": "exactly_one_of"}
        assert pointers(operations.herald.post("/v1/messages", EMAIL)) == {"/contact": "required"}
        assert sim.ledger() == []

    def test_needs_a_body(self, workspace):
        operations, _ = workspace()
        assert pointers(operations.message(ANN, channel="in_app")) == {"": "exactly_one_of"}
        assert pointers(operations.message(ANN, channel="in_app", body_text="")) == {"/body_text": "too_short"}

    def test_an_email_needs_a_subject(self, workspace):
        operations, _ = workspace()
        assert pointers(operations.message(ANN, channel="email", body_text="x")) == {"/subject": "required"}


class TestCreateNote:
    def test_by_address(self, workspace):
        operations, sim = workspace()
        note = operations.note("email:client_1@example.com", body="Customer upgraded - assign CSM")
        assert note.status == 201 and note.json["author_admin_id"] == 394051, note
        entry, = sim.ledger("note")
        assert (entry["external_id"], entry["body"]) == ("client_1", "Customer upgraded - assign CSM")
        assert entry["id"] == note.json["id"]

    def test_needs_a_body(self, workspace):
        operations, _ = workspace()
        assert pointers(operations.note("external_id:client_1")) == {"/body": "required"}

    def test_of_nobody(self, workspace):
        operations, sim = workspace()
        for reference in ("external_id:nobody", "email:nobody@example.com", "6762f2391bb69f9f2193bc19"):
            missing = operations.note(reference, body="x")
            assert missing.status == 404 and missing.json["code"] == "contact_not_found", missing
        assert sim.ledger("note") == []


class TestTrackEvent:
    def test_with_metadata(self, workspace):
        operations, sim = workspace()
        tracked = operations.event(ANN, "feature_used",
                                   metadata={"feature": "data_export", "records": 1500, "new": True, "rate": 0.5})
        assert tracked.status == 202, tracked
        entry, = sim.ledger("event")
        assert entry["event_name"] == "feature_used" and entry["external_id"] == "client_1"
        assert entry["metadata"] == {"feature": "data_export", "records": 1500, "new": True, "rate": 0.5}

    def test_needs_a_name(self, workspace):
        operations, _ = workspace()
        missing = operations.herald.post("/v1/events", {"contact": ANN, "metadata": {str(i): i for i in range(11)}})
        assert pointers(missing) == {"/event_name": "required", "/metadata": "too_many"}

    def test_with_a_time_of_its_own(self, workspace):
        operations, sim = workspace()
        tracked = operations.event(BEN, "signed_up", created_at="2026-11-20T10:00:00+01:00")
        assert tracked.json["created_at"] == "2026-11-20T09:00:00.000Z", tracked
        assert sim.ledger("event")[0]["created_at"] == 1795165200
        operations.event(BEN, "signed_up", created_at="2026-11-20T09:00:00Z")
        assert len(sim.ledger("event")) == 1  # the same event again


class TestGetUser:
    def test_by_address(self, workspace):
        operations, _ = workspace()
        user = operations.user("email:CLIENT_1@example.com").json
        assert user["external_id"] == "client_1" and user["role"] == "user"
        assert user["custom_attributes"]["tier"] in ("gold", "silver", "enterprise")
        assert user["created_at"].endswith("Z") and user["unsubscribed_from_emails"] is False

    def test_by_id(self, workspace):
        operations, _ = workspace()
        by_external_id = operations.user("external_id:client_2").json
        assert operations.user(by_external_id["id"]).json == by_external_id
        operations.message(BEN, **EMAIL)
        assert "last_contacted_at" in operations.user(by_external_id["id"]).json

    def test_of_nobody(self, workspace):
        operations, _ = workspace()
        missing = operations.user("email:nobody@example.com")
        assert missing.status == 404 and missing.json["code"] == "contact_not_found", missing


class TestCreateUser:
    def test_creates_and_changes(self, workspace):
        operations, sim = workspace()
        made = operations.put_user("external_id:c-42", email="ann@x.org", name="Ann", phone="+4915112345678",
                                   custom_attributes={"tier": "gold", "orders": 3, "vip": True})
        assert made.status == 201, made
        changed = operations.put_user("email:ann@x.org", name="Ann B.", custom_attributes={"tier": "silver"})
        assert changed.status == 200 and changed.json["id"] == made.json["id"], changed
        assert changed.json["custom_attributes"] == {"tier": "silver", "orders": 3, "vip": True}
        assert operations.user("external_id:c-42").json["name"] == "Ann B."
        assert len(sim.ledger("contact_create")) == 1

    def test_a_new_one_needs_an_address(self, workspace):
        operations, sim = workspace()
        assert pointers(operations.put_user("external_id:c-43", name="Ann")) == {"/email": "required"}
        assert sim.ledger("contact_create") == []


class TestTags:
    def test_add(self, workspace):
        operations, sim = workspace()
        tagged = operations.tag("email:client_1@example.com", "high value/2026")
        assert tagged.status == 200 and tagged.json["attached"] is True, tagged
        assert tagged.json["name"] == "high value/2026"
        assert operations.tag("external_id:client_1", "High Value/2026").json["tag_id"] == tagged.json["tag_id"]
        assert len(sim.ledger("tag")) == len(sim.ledger("tag_create")) == 1

    def test_needs_a_name(self, workspace):
        operations, _ = workspace()
        assert operations.tag("external_id:client_1", "").status == 404
        assert pointers(operations.tag("external_id:client_1", " ")) == {"{tag}": "invalid_value"}

    def test_remove(self, workspace):
        operations, sim = workspace()
        operations.tag("external_id:client_1", "vip")
        removed = operations.untag("external_id:client_1", "VIP")
        assert removed.status == 200 and removed.json["attached"] is False and removed.json["tag_id"], removed
        again = operations.untag("external_id:client_1", "vip")
        never = operations.untag("external_id:client_1", "never heard of")
        assert again.status == never.status == 200 and "tag_id" not in never.json
        assert len(sim.ledger("untag")) == 1 and len(sim.ledger("tag_create")) == 1


class TestErrors:
    def test_a_refused_token_is_not_tried_again(self, workspace):
        operations, sim = workspace()
        assert operations.user("external_id:client_1").status == 200
        sim.faults({"match": "POST /messages", "do": "unauthorized"})
        refused = operations.message(ANN, **EMAIL)
        assert refused.status == 502 and refused.json["code"] == "intercom_credential", refused
        stored = operations.herald.get("/v1/messages/" + refused.json["message_id"]).json
        assert (stored["state"], stored["attempts"]) == ("not_sent", 1)

    def test_a_rate_limit_is_waited_for(self, workspace):
        operations, sim = workspace()
        sim.faults({"match": "POST /messages", "count": 1, "do": "status", "status": 429, "retry_after": "1"})
        sent = operations.message(ANN, **EMAIL)
        assert sent.status == 201 and sent.json["attempts"] == 2, sent
        assert sent.json["possible_duplicate"] is False  # a 429 was certainly not executed
        sim.faults({"match": "POST /messages", "count": 1, "do": "status", "status": 429, "retry_after": "40"})
        late = operations.message(ANN, **EMAIL)
        assert late.status == 503 and late.json["code"] == "intercom_rate_limited", late
        assert 39 <= int(late.headers["retry-after"]) <= 41

    def test_a_server_error_is_tried_again(self, workspace):
        operations, sim = workspace()
        sim.faults({"match": "POST /messages", "count": 2, "do": "status", "status": 500})
        sent = operations.message(ANN, **EMAIL)
        assert sent.status == 201 and sent.json["attempts"] == 3 and sent.json["possible_duplicate"] is True, sent

    def test_an_open_circuit_prevents_calls(self, workspace):
        operations, sim = workspace()
        open_the_breaker(operations, sim)
        before = sim.stats()["calls"]
        for answer in (operations.message(ANN, **EMAIL), operations.user("external_id:client_1"),
                       operations.event(ANN, "e"), operations.tag("external_id:client_1", "vip")):
            assert answer.status == 503 and answer.json["code"] == "circuit_open", answer
            assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert sim.stats()["calls"] == before


class TestScenarios:
    def test_onboarding(self, workspace):
        operations, sim = workspace("--visibility-delay", "1000")
        new = "email:new@client.example"
        user = operations.put_user(new, name="New Client", custom_attributes={"plan": "enterprise"})
        assert user.status == 201, user
        welcome = operations.message({"email": "new@client.example"}, **IN_APP)  # 404 at first: not visible yet
        assert welcome.status == 201 and welcome.json["attempts"] == 2, welcome
        assert operations.event({"email": "new@client.example"}, "onboarding_started").status == 202
        assert operations.tag(new, "onboarding").status == 200
        assert operations.note(new, body="Onboarding started - assigned to CSM").status == 201
        for kind in ("contact_create", "message", "event", "tag", "note"):
            assert [e["contact_id"] for e in sim.ledger(kind)] == [user.json["id"]], kind

    def test_churn_prevention(self, workspace):
        operations, sim = workspace()
        user = operations.user("email:client_3@example.com").json
        person = {"id": user["id"]}
        assert operations.event(person, "churn_risk_detected", metadata={"risk_score": 85}).status == 202
        assert operations.tag(user["id"], "at-risk").status == 200
        sent = operations.message(person, channel="email", subject="We miss you", body_text="How can we help?")
        assert sent.status == 201
        assert operations.note(user["id"], body="Automated Task: call within 24 hours").status == 201
        for kind in ("event", "tag", "message", "note"):
            assert [e["external_id"] for e in sim.ledger(kind)] == ["client_3"], kind


class TestMany:
    def test_ten_people_at_once(self, workspace):
        operations, sim = workspace("--latency", "20-60")
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda n: operations.message({"external_id": f"client_{n}"}, **EMAIL), range(1, 11)))
        assert {answer.status for answer in answers} == {201}
        assert sorted(e["external_id"] for e in sim.ledger()) == sorted(f"client_{n}" for n in range(1, 11))
