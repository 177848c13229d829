// Events on their way to the automations.

#include "tests/api/automation_fixture.hpp"

namespace herald {
namespace {

using namespace test;
using namespace std::chrono_literals;

class EventIntakeTest : public AutomationTest {
 protected:
    static json::object event() {
        return json::parse(R"({"contact":{"external_id":"client_123"},"event_name":"paid","metadata":{"amount":3}})")
            .as_object();
    }
    api::Response track(const json::object& body, api::Headers headers = {}) {
        return send("POST", "/v1/events", json::serialize(body), std::move(headers));
    }
    api::Response batch(const json::array& events, api::Headers headers = {}) {
        return send("POST", "/v1/events/batch", json::serialize(json::object{{"events", events}}), std::move(headers));
    }
    static json::object quiet() {
        auto body = event();
        body["track"] = false;
        return body;
    }
};

TEST_F(EventIntakeTest, ATrackedEventTriggersToo) {
    auto body = event();
    body["id"] = "crm-1";
    body["created_at"] = "2026-11-23T18:34:27.900Z";
    const auto response = track(body);
    ASSERT_EQ(response.status, 202) << response.body;
    EXPECT_EQ(parsed(response),
              json::parse(R"({"id":"crm-1","contact_id":"6762f2391bb69f9f2193bc19","event_name":"paid",
        "created_at":"2026-11-23T18:34:27.000Z","metadata":{"amount":3},"duplicate":false,"tracked":true})"));
    ASSERT_EQ(intercom.events.size(), 1U);
    ASSERT_EQ(engine.events.size(), 1U);
    const auto& taken = engine.events[0];
    EXPECT_EQ(taken.id, "crm-1");
    EXPECT_EQ(taken.contact, (ContactRef{ContactRef::Kind::id, "6762f2391bb69f9f2193bc19"}));
    EXPECT_EQ(taken.at, *from_rfc3339("2026-11-23T18:34:27Z"));
    EXPECT_EQ(taken.metadata, (Scalars{{"amount", std::int64_t{3}}}));
    EXPECT_FALSE(taken.track) << "Intercom has it already";
    EXPECT_EQ(taken.depth, 0);
}

TEST_F(EventIntakeTest, ARepeatedIdTriggersNothing) {
    auto body = event();
    body["id"] = "crm-1";
    ASSERT_EQ(track(body).status, 202);
    const auto again = track(body);
    ASSERT_EQ(again.status, 202) << again.body;
    EXPECT_EQ(parsed(again).at("duplicate"), true);
    EXPECT_EQ(parsed(again).at("tracked"), false);
    EXPECT_EQ(parsed(again).at("id"), "crm-1");
    EXPECT_EQ(engine.events.size(), 1U);
    EXPECT_EQ(intercom.events.size(), 1U) << "Intercom is not told twice";
    EXPECT_TRUE(engine.events[0].tracked);
}

TEST_F(EventIntakeTest, WhatIntercomMayHaveIsToldAgainHereAndNotByARepetition) {
    auto body = event();
    body["id"] = "crm-1";
    intercom.fails = Error{Errc::outcome_unknown, "nobody knows"};
    EXPECT_EQ(track(body).status, 504);
    ASSERT_EQ(engine.events.size(), 1U);
    EXPECT_TRUE(engine.events[0].track);
    EXPECT_FALSE(engine.events[0].tracked);
    intercom.fails.reset();
    EXPECT_EQ(parsed(track(body)).at("duplicate"), true);
    EXPECT_TRUE(intercom.events.empty());
}

TEST_F(EventIntakeTest, AnIdCannotBeTakenForOneOfARun) {
    auto body = event();
    body["id"] = "run_0000000000017.1";
    EXPECT_EQ(mistakes(track(body)), (Mistakes{{"/id", "not_allowed"}}));
    const auto results = parsed(batch({body}));
    EXPECT_EQ(results.at("results").at(0).at("errors").at(0).at("pointer"), "/events/0/id");
    EXPECT_TRUE(engine.events.empty());
}

TEST_F(EventIntakeTest, AnIdThatWasMadeUpIsNotRepeatable) {
    ASSERT_EQ(track(quiet()).status, 202);
    EXPECT_TRUE(engine.events.at(0).unrepeatable);
    ASSERT_EQ(track(quiet(), key("k")).status, 202);
    EXPECT_FALSE(engine.events.at(1).unrepeatable);
    auto body = quiet();
    body["id"] = "crm-1";
    ASSERT_EQ(track(body).status, 202);
    EXPECT_FALSE(engine.events.at(2).unrepeatable);
}

TEST_F(EventIntakeTest, AnEventIsReadByItsId) {
    EventRecord record;
    record.id = "crm/1 a";
    record.name = "paid";
    record.at = clock.wall_now() - 1h;
    record.taken_at = clock.wall_now();
    record.report = EventRecord::Report::failed;
    record.report_reason = "contact_not_found";
    record.runs = {"run_0000000000017"};
    record.not_entered = {{{"aut_1"}, "may once"}};
    automations.events[record.id] = record;
    const auto response = get("/v1/events/crm%2F1%20a");
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(parsed(response), (json::object{{"id", "crm/1 a"},
                                              {"event_name", "paid"},
                                              {"at", to_rfc3339(record.at)},
                                              {"received_at", to_rfc3339(record.taken_at)},
                                              {"tracked", "failed"},
                                              {"tracked_reason", "contact_not_found"},
                                              {"outcome", json::parse(R"({"state":"done","runs":["run_0000000000017"],
                                                  "not_entered":[{"automation_id":"aut_1","because":"may once"}]})")}}));
    record = {};
    record.id = "crm-2";
    record.reason = "no such contact";
    automations.events[record.id] = record;
    const auto stranger = parsed(get("/v1/events/crm-2"));
    EXPECT_EQ(stranger.at("tracked"), "none");
    EXPECT_EQ(stranger.at("outcome"),
              json::parse(R"({"state":"done","runs":[],"not_entered":[],"reason":"no such contact"})"));
    EXPECT_FALSE(stranger.as_object().contains("event_name"));
    record.pending = true;
    automations.events[record.id] = record;
    EXPECT_EQ(parsed(get("/v1/events/crm-2")).at("outcome").at("state"), "pending");
    EXPECT_EQ(get("/v1/events/crm-3").status, 404);
}

TEST_F(EventIntakeTest, AnEventThatIntercomRefusesLeavesNothingBehind) {
    intercom.fails = Error{Errc::contact_not_found, "no"};
    EXPECT_EQ(track(event()).status, 404);
    EXPECT_TRUE(engine.events.empty());
    intercom.fails = Error{Errc::outcome_unknown, "nobody knows"};
    EXPECT_EQ(track(event()).status, 504);
    EXPECT_EQ(engine.events.size(), 1U) << "Intercom may have it";
}

TEST_F(EventIntakeTest, WithoutTrackIntercomIsLeftOut) {
    intercom.fails = Error{Errc::not_executed, "no connection"};
    const auto response = track(quiet());
    ASSERT_EQ(response.status, 202) << response.body;
    const auto shown = parsed(response).as_object();
    EXPECT_EQ(shown.at("tracked"), false);
    EXPECT_EQ(shown.at("duplicate"), false);
    EXPECT_FALSE(shown.contains("contact_id"));
    EXPECT_TRUE(is_id("evt", std::string(shown.at("id").as_string())));
    ASSERT_EQ(engine.events.size(), 1U);
    EXPECT_EQ(engine.events[0].contact, (ContactRef{ContactRef::Kind::external_id, "client_123"}));
    EXPECT_FALSE(engine.events[0].track);
    EXPECT_TRUE(requests.keys.empty());
    engine.failures = 1;
    EXPECT_EQ(track(quiet()).status, 503);
}

TEST_F(EventIntakeTest, AKeyStandsForTheIdAndKeepsTheAnswer) {
    const auto first = track(quiet(), key("k"));
    const auto again = track(quiet(), key("k"));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_TRUE(std::string(parsed(first).at("id").as_string()).starts_with("key_"));
    EXPECT_NE(parsed(track(quiet(), key("l"))).at("id"), parsed(first).at("id"));
    auto named = quiet();
    named["id"] = "mine";
    EXPECT_EQ(parsed(track(named, key("m"))).at("id"), "mine");
}

TEST_F(EventIntakeTest, IdsAreBounded) {
    auto body = quiet();
    body["id"] = std::string(255, 'x');
    EXPECT_EQ(track(body).status, 202);
    body["id"] = std::string(256, 'x');
    EXPECT_EQ(mistakes(track(body)), (Mistakes{{"/id", "too_long"}}));
    body["id"] = "";
    EXPECT_EQ(mistakes(track(body)), (Mistakes{{"/id", "too_short"}}));
}

TEST_F(EventIntakeTest, AStoreInShortTroubleDoesNotLoseATrackedEvent) {
    engine.failures = 2;
    auto started = start_sending("POST", "/v1/events", json::serialize(event()));
    EXPECT_FALSE(started.done());
    clock.advance(200ms);
    clock.advance(400ms);
    ASSERT_TRUE(started.done());
    EXPECT_EQ(started.get().status, 202);
    EXPECT_EQ(engine.events.size(), 1U);
}

TEST_F(EventIntakeTest, OfABatchEachIsJudgedOnItsOwn) {
    auto good = event();
    good["id"] = "a";
    auto off = quiet();
    off["id"] = "b";
    auto bad = event();
    bad.erase("event_name");
    bad["surprise"] = 1;
    const auto response = batch({good, bad, off, good, 7});
    ASSERT_EQ(response.status, 200) << response.body;
    const auto shown = parsed(response);
    EXPECT_EQ(shown.at("accepted"), 2);
    EXPECT_EQ(shown.at("duplicates"), 1);
    EXPECT_EQ(shown.at("invalid"), 2);
    const auto& results = shown.at("results").as_array();
    ASSERT_EQ(results.size(), 5U);
    EXPECT_EQ(results[0], json::parse(R"({"index":0,"status":"accepted","id":"a","tracking":"queued"})"));
    EXPECT_EQ(results[1].at("status"), "invalid");
    EXPECT_EQ(results[1].at("errors").at(0).at("pointer"), "/events/1/event_name");
    EXPECT_EQ(results[2], json::parse(R"({"index":2,"status":"accepted","id":"b","tracking":"none"})"));
    EXPECT_EQ(results[3], json::parse(R"({"index":3,"status":"duplicate","id":"a"})"));
    EXPECT_EQ(results[4].at("errors").at(0).at("pointer"), "/events/4");
    EXPECT_EQ(engine.batches, std::vector<std::size_t>{3});
    ASSERT_EQ(engine.events.size(), 2U);
    EXPECT_TRUE(engine.events[0].track);
    EXPECT_FALSE(engine.events[1].track);
    EXPECT_TRUE(intercom.events.empty()) << "nobody waits for Intercom";
}

TEST_F(EventIntakeTest, ABatchIsBounded) {
    json::array events(1'000, json::value(quiet()));
    EXPECT_EQ(parsed(batch(events)).at("accepted"), 1'000);
    EXPECT_EQ(engine.batches, std::vector<std::size_t>{1'000});
    events.emplace_back(quiet());
    EXPECT_EQ(mistakes(batch(events)), (Mistakes{{"/events", "too_many"}}));
    EXPECT_EQ(mistakes(batch({})), (Mistakes{{"/events", "too_few"}}));
    EXPECT_EQ(parsed(batch({1, 2})).at("invalid"), 2);
    EXPECT_EQ(engine.batches.size(), 1U) << "there was nothing to be taken";
}

TEST_F(EventIntakeTest, ARepeatedBatchIsAnsweredAsTheFirstTime) {
    const auto first = batch({quiet(), quiet()}, key("k"));
    const auto again = batch({quiet(), quiet()}, key("k"));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(engine.batches.size(), 1U);
    EXPECT_EQ(engine.events.size(), 2U);
}

TEST_F(EventIntakeTest, AttributesThatAreWrittenAreSeen) {
    const auto put = [&](std::string_view body) {
        return send("PUT", "/v1/contacts/external_id:client_123", std::string(body)).status;
    };
    EXPECT_EQ(put(R"({"name":"Ann"})"), 200);
    EXPECT_TRUE(engine.events.empty());
    EXPECT_EQ(put(R"({"custom_attributes":{"health_score":30}})"), 200);
    ASSERT_EQ(engine.events.size(), 1U);
    const auto& seen = engine.events[0];
    EXPECT_EQ(seen.kind, IncomingEvent::Kind::write);
    EXPECT_EQ(seen.contact.kind, ContactRef::Kind::id);
    EXPECT_EQ(seen.metadata, (Scalars{{"health_score", std::int64_t{30}}}));
    EXPECT_TRUE(seen.name.empty());
    EXPECT_FALSE(seen.track);
}

TEST_F(EventIntakeTest, AWrittenContactIsAnsweredWhateverBecomesOfItsValues) {
    engine.failures = 100;
    auto started = start_sending("PUT", "/v1/contacts/external_id:client_123", R"({"custom_attributes":{"a":1}})");
    for (int i = 0; i < 4 && !started.done(); ++i) clock.advance(2s);
    ASSERT_TRUE(started.done());
    EXPECT_EQ(started.get().status, 200);
    EXPECT_EQ(engine.failures, 95);
}

}  // namespace
}  // namespace herald
