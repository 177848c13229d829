// A launch that only says what it would do.

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

namespace json = test::json;

class DryRunLaunch : public test::ApiTest {
 protected:
    DryRunLaunch() { limits.now.pace.rate = 10; }

    static ContactRef ref(const std::string& id) { return {ContactRef::Kind::external_id, id}; }
    static Contact contact(const std::string& id) {
        Contact out;
        out.id = {"i-" + id};
        out.email = id + "@example.com";
        out.attributes = {{"name", id}};
        return out;
    }
    // `Hi {{name}}` for people whom the memory knows (k…), only Intercom knows (i…), or nobody (n…).
    void given_draft(const std::vector<std::string>& people) {
        given_campaign();
        for (std::size_t i = 0; i < people.size(); ++i) {
            audiences.members.push_back({static_cast<std::int64_t>(i), ref(people[i]), {}, false});
            if (people[i].starts_with('k')) memory.known[ref(people[i])] = contact(people[i]);
            if (!people[i].starts_with('n')) directory.known[ref(people[i])] = contact(people[i]);
        }
        store.only().counts = {};
        store.only().counts[DeliveryState::queued] = static_cast<std::int64_t>(people.size());
        before_ = store.only();
        store.idempotencies.clear();
    }
    api::Response ask(api::Headers headers = {}) { return act("launch?dry_run=true", {}, std::move(headers)); }
    json::value answer() {
        const auto response = ask();
        EXPECT_EQ(response.status, 200) << response.body;
        return parsed(response);
    }
    void expect_nothing_happened() {
        EXPECT_EQ(store.only(), before_);
        EXPECT_TRUE(store.idempotencies.empty());
        EXPECT_EQ(memory.writes, 0);
    }

    Campaign before_;
};

TEST_F(DryRunLaunch, CountsWhatIsKnownAndLooksAtASampleInIntercom) {
    given_draft({"k1", "i1", "n1", "k2"});
    memory.known[ref("k2")].unsubscribed_from_emails = true;
    const auto seen = answer();
    EXPECT_EQ(seen.at("audience").as_int64(), 4);
    EXPECT_EQ(seen.at("known"), (json::object{{"looked_at", 4},
                                              {"exact", true},
                                              {"ready", 1},
                                              {"skipped", {json::object{{"reason", "unsubscribed"}, {"count", 1}}}},
                                              {"too_large", 0},
                                              {"to_look_up", 2}}));
    EXPECT_EQ(seen.at("intercom_sample"),
              (json::object{{"looked_at", 4},
                            {"ready", 3},
                            {"skipped", {json::object{{"reason", "not_found"}, {"count", 1}}}},
                            {"too_large", 0},
                            {"look_again", 0},
                            {"to_create", 0}}));
    EXPECT_EQ(directory.asked, (std::vector<std::size_t>{4}));
    EXPECT_EQ(seen.at("calls"), (json::object{{"lookups", {{"min", 1}, {"max", 8}}},
                                              {"messages", {{"min", 1}, {"max", 3}}},
                                              {"events", {{"min", 1}, {"max", 3}}}}));
    expect_nothing_happened();
}

TEST_F(DryRunLaunch, ShowsMessagesAsTheyWouldBeSent) {
    given_draft({"k1", "n1", "i1"});
    const auto messages = answer().at("messages");
    EXPECT_EQ(
        messages,
        (json::array{json::object{{"contact", {{"external_id", "k1"}}}, {"subject", "Hi k1"}, {"body", "<p>Hi</p>"}},
                     json::object{{"contact", {{"external_id", "i1"}}}, {"subject", "Hi i1"}, {"body", "<p>Hi</p>"}}}));
}

TEST_F(DryRunLaunch, SaysWhenItWouldBeDoneAtThePresentPace) {
    given_draft({"k1", "k2", "k3", "k4", "k5"});
    const auto now = std::chrono::floor<seconds>(clock.wall_now());
    const auto seen = answer();
    EXPECT_EQ(seen.at("rate_per_second").to_number<double>(), 10);
    EXPECT_EQ(seen.at("waiting"), (json::object{{"reason", "none"}}));
    EXPECT_EQ(seen.at("finish").at("earliest").as_string(), to_rfc3339(clock.wall_now() + seconds(1)));
    EXPECT_EQ(seen.at("finish").at("latest").as_string(), to_rfc3339(clock.wall_now() + seconds(1)));
    waiting.now = {WaitReason::rate_limit, now + seconds(60)};
    EXPECT_EQ(answer().at("finish").at("latest").as_string(), to_rfc3339(now + seconds(61)));
    waiting.now = {WaitReason::credential, {}};
    EXPECT_TRUE(answer().at("finish").is_null());
}

TEST_F(DryRunLaunch, CountsTheTurnsOfOtherCampaigns) {
    given_draft({"k1", "k2", "k3", "k4", "k5"});
    auto other = store.only();
    other.id = {"cmp_other"};
    other.state = CampaignState::running;
    other.counts[DeliveryState::queued] = 1'000;
    store.campaigns.push_back(other);
    // 5 messages, 5 events, and 10 turns of the other one
    EXPECT_EQ(parsed(ask()).at("finish").at("latest").as_string(), to_rfc3339(clock.wall_now() + seconds(2)));
}

TEST_F(DryRunLaunch, SaysWhyIntercomCouldNotBeAsked) {
    given_draft({"k1", "i1"});
    directory.fails = Error{Errc::upstream_unavailable, "the circuit is open"};
    const auto seen = answer();
    EXPECT_EQ(seen.at("intercom_sample").at("looked_at").as_int64(), 0);
    EXPECT_EQ(seen.at("intercom_sample").at("stopped"),
              (json::object{{"code", "circuit_open"}, {"detail", "the circuit is open"}}));
    EXPECT_EQ(seen.at("known").at("ready").as_int64(), 1);
    EXPECT_EQ(seen.at("messages").as_array().size(), 1u);
}

TEST_F(DryRunLaunch, OneReferenceWithoutAnswerDoesNotHideTheOthers) {
    given_draft({"i1", "i2", "odd", "i3"});
    directory.unanswerable = "odd";
    const auto sample = answer().at("intercom_sample");
    EXPECT_EQ(sample.at("looked_at").as_int64(), 4);
    EXPECT_EQ(sample.at("ready").as_int64(), 3);
    EXPECT_EQ(sample.at("look_again").as_int64(), 1);
}

TEST_F(DryRunLaunch, CountsWhomItWouldCreate) {
    given_draft({"k1", "n1"});
    store.only().create_missing_contacts = true;
    const auto seen = answer();
    EXPECT_EQ(seen.at("intercom_sample").at("to_create").as_int64(), 1);
    EXPECT_TRUE(seen.at("intercom_sample").at("skipped").as_array().empty());
    EXPECT_EQ(seen.at("calls").at("lookups").at("max").as_int64(), 8);
}

TEST_F(DryRunLaunch, CountsThePeopleOfASegment) {
    given_draft({"k1"});
    store.only().sources.emplace_back();
    ContactPage page;
    page.total = 4'000;
    page.contacts = {Contact{.id = {"s1"}, .email = "s1@x.org", .attributes = {{"name", "Sue"}, {"first_name", "Sue"}}},
                     Contact{.id = {"s2"}, .email = "s2@x.org", .unsubscribed_from_emails = true}};
    searching.page = page;
    const auto seen = answer();
    EXPECT_EQ(seen.at("uncounted_sources").as_int64(), 0);
    EXPECT_EQ(seen.at("sources"), json::parse(R"({"people":4000,"looked_at":2,"ready":1,"too_large":0,
                                                  "skipped":[{"reason":"unsubscribed","count":1}]})"));
    EXPECT_EQ(seen.at("calls").at("messages"), json::parse(R"({"min":2000,"max":4001})"));
    EXPECT_GE(seen.at("calls").at("lookups").at("min").as_int64(), 27);
    EXPECT_FALSE(seen.at("finish").is_null());
}

TEST_F(DryRunLaunch, OfASegmentThatCannotBeCountedSaysSo) {
    given_draft({"k1"});
    store.only().sources.emplace_back();
    searching.page = Error{Errc::upstream_unavailable, "circuit open"};
    const auto seen = answer();
    EXPECT_EQ(seen.at("uncounted_sources").as_int64(), 1);
    EXPECT_TRUE(seen.at("finish").is_null());
    EXPECT_EQ(seen.at("intercom_sample").at("stopped").at("code").as_string(), "circuit_open");
}

TEST_F(DryRunLaunch, ForLaterBeginsThen) {
    given_draft({"k1"});
    const auto seen = parsed(act("launch?dry_run=true", R"({"at":"2030-01-01T00:00:00Z"})"));
    EXPECT_EQ(seen.at("finish").at("earliest").as_string(), "2030-01-01T00:00:01.000Z");
    EXPECT_EQ(store.only().state, CampaignState::draft);
}

TEST_F(DryRunLaunch, IsRefusedWhereALaunchIs) {
    given_draft({"k1"});
    EXPECT_EQ(act("launch?dry_run=yes").status, 400);
    EXPECT_EQ(act("launch?dry_run=true", R"({"x":1})").status, 422);
    EXPECT_EQ(send("POST", "/v1/campaigns/cmp_x/launch?dry_run=true").status, 404);
    admins.known.clear();
    clock.advance(seconds(61));  // what was learnt of them is believed for a minute
    const auto nobody = ask();
    EXPECT_EQ(nobody.status, 422);
    EXPECT_EQ(code(nobody), "sender_not_an_admin");
    expect_nothing_happened();
    store.only().counts = {};
    EXPECT_EQ(parsed(ask()).at("detail").as_string(), parsed(act("launch")).at("detail").as_string());
    store.only().counts[DeliveryState::queued] = 1;
    store.only().state = CampaignState::paused;
    const auto paused = ask();
    EXPECT_EQ(paused.status, 409);
    EXPECT_EQ(parsed(paused).at("detail").as_string(), parsed(act("launch")).at("detail").as_string());
}

TEST_F(DryRunLaunch, LeavesTheKeyToTheLaunch) {
    given_draft({"k1"});
    const api::Headers key{{"Idempotency-Key", "k"}};
    EXPECT_EQ(ask(key).status, 200);
    EXPECT_EQ(act("launch", {}, key).status, 202);
    EXPECT_EQ(ask(key).status, 409);
}

TEST_F(DryRunLaunch, WithFalseIsALaunch) {
    given_draft({"k1"});
    EXPECT_EQ(act("launch?dry_run=false").status, 202);
    EXPECT_EQ(store.only().state, CampaignState::running);
}

TEST_F(DryRunLaunch, AStoreThatFailsIsUnavailable) {
    given_draft({"k1"});
    audiences.fails = Error{Errc::store_unavailable, "down"};
    EXPECT_EQ(ask().status, 503);
}

}  // namespace
}  // namespace herald
