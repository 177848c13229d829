// One delivery with its history, and its resolution.

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

namespace json = test::json;
using test::Mistakes;

class Deliveries : public test::ApiTest {
 protected:
    static constexpr std::int64_t number = 7;

    void given(DeliveryState state) {
        auto& details = records.known[number];
        details.record.number = number;
        details.record.campaign = {"cmp_1"};
        details.record.ref = {ContactRef::Kind::email, "ann@x.org"};
        details.record.state = state;
        details.record.reason = "ambiguous";
        details.record.contact = ContactId{"c1"};
        details.record.attempts = 1;
        details.attempts = {{AttemptRecord::Outcome::not_executed, clock.wall_now(), {}, "429", {}, "r1"},
                            {AttemptRecord::Outcome::unknown, clock.wall_now(), "ambiguous", {}, {}, {}}};
        details.attempts_total = 2;
    }
    static std::string path() { return "/v1/deliveries/" + number_id("dlv", number); }
    api::Response resolve(std::string body, api::Headers headers = {}) {
        return send("POST", path() + "/resolve", std::move(body), std::move(headers));
    }
};

TEST_F(Deliveries, AreShownWithEveryAttempt) {
    given(DeliveryState::unknown);
    const auto response = get(path());
    EXPECT_EQ(response.status, 200);
    const auto now = to_rfc3339(clock.wall_now());
    EXPECT_EQ(
        parsed(response),
        (json::object{{"id", number_id("dlv", number)},
                      {"campaign_id", "cmp_1"},
                      {"contact", {{"email", "ann@x.org"}}},
                      {"state", "unknown"},
                      {"reason", "ambiguous"},
                      {"intercom_contact_id", "c1"},
                      {"attempts",
                       {json::object{{"at", now}, {"outcome", "not_executed"}, {"detail", "429"}, {"request_id", "r1"}},
                        json::object{{"at", now}, {"outcome", "unknown"}, {"reason", "ambiguous"}}}},
                      {"attempts_total", 2},
                      {"resolutions", json::array{}}}));
}

TEST_F(Deliveries, ThatAreNotThereAreNotFound) {
    given(DeliveryState::unknown);
    for (const std::string& id : {number_id("dlv", 8), std::string("dlv_1"), std::string("7"), number_id("cmp", 7)}) {
        EXPECT_EQ(get("/v1/deliveries/" + id).status, 404) << id;
        EXPECT_EQ(send("POST", "/v1/deliveries/" + id + "/resolve", R"({"outcome":"accepted"})").status, 404) << id;
    }
}

TEST_F(Deliveries, AreResolvedByWhoSaysSoWithANote) {
    given(DeliveryState::unknown);
    auto watching = changes.subscribe({"cmp_1"});
    const auto response =
        resolve(R"({"outcome":"not_sent","note":"no such message in Intercom"})", {{"X-Request-Id", "req-9"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(parsed(response).at("state").as_string(), "rejected");
    const auto resolution = parsed(response).at("resolutions").at(0);
    EXPECT_EQ(resolution.at("outcome").as_string(), "not_sent");
    EXPECT_EQ(resolution.at("actor").as_string(), "anonymous");
    EXPECT_EQ(resolution.at("note").as_string(), "no such message in Intercom");
    ASSERT_EQ(records.callers.size(), 1u);
    EXPECT_EQ(records.callers[0].workspace.value, "acme");
    EXPECT_EQ(records.callers[0].request_id, "req-9");
    EXPECT_TRUE(test::start(io, watching->wait_until(clock.now())).done());
}

TEST_F(Deliveries, OnlyTheUnknownAreResolved) {
    given(DeliveryState::rejected);
    const auto response = resolve(R"({"outcome":"accepted"})");
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(code(response), "state_conflict");
    EXPECT_EQ(parsed(response).at("detail").as_string(),
              "the delivery is rejected: resolve is for those that are unknown, allowed: retry of its campaign");
}

TEST_F(Deliveries, AResolutionNamesEveryMistakeAtOnce) {
    given(DeliveryState::unknown);
    EXPECT_EQ(mistakes(resolve("")), (Mistakes{{"/outcome", "required"}}));
    EXPECT_EQ(mistakes(resolve(R"({"outcome":"sent","note":"","why":1})")),
              (Mistakes{{"/outcome", "invalid_value"}, {"/note", "too_short"}, {"/why", "unknown_field"}}));
    EXPECT_EQ(mistakes(resolve(R"({"outcome":"accepted","note":")" + std::string(1'001, 'x') + R"("})")),
              (Mistakes{{"/note", "too_long"}}));
    EXPECT_EQ(resolve("{").status, 400);
    EXPECT_EQ(records.known[number].record.state, DeliveryState::unknown);
}

TEST_F(Deliveries, AResolutionThatIsRepeatedWithItsKeyHappensOnce) {
    given(DeliveryState::unknown);
    const api::Headers key{{"Idempotency-Key", "k"}};
    const auto first = resolve(R"({"outcome":"accepted"})", key);
    const auto again = resolve(R"({"outcome":"accepted"})", key);
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(resolve(R"({"outcome":"not_sent"})", key).status, 422);
    EXPECT_EQ(resolve(R"({"outcome":"accepted"})").status, 409);
    EXPECT_EQ(records.resolved_.size(), 1u);
}

TEST_F(Deliveries, AStoreThatFailsIsUnavailable) {
    records.fails = Error{Errc::store_unavailable, "down"};
    EXPECT_EQ(get(path()).status, 503);
    EXPECT_EQ(resolve(R"({"outcome":"accepted"})").status, 503);
}

}  // namespace
}  // namespace herald
