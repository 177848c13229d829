#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

namespace json = boost::json;
using test::ApiTest;

class LimitsTest : public ApiTest {
 protected:
    json::value ask() {
        const auto response = get("/v1/limits");
        EXPECT_EQ(response.status, 200) << response.body;
        return parsed(response);
    }
};

TEST_F(LimitsTest, SaysThePaceAndWhoUsedIt) {
    limits.now.pace = {.limit_per_window = 1667,
                       .window = seconds(10),
                       .target = 0.98,
                       .share = 0.5,
                       .rate = 81.7,
                       .burst = 8,
                       .used_by_lane = {3, 0, 40, 1},
                       .blocked_until = {}};
    limits.now.circuit.host = "api.intercom.io";
    limits.now.inflight = 2;
    limits.now.inflight_max = 128;
    EXPECT_EQ(ask(), json::parse(R"({"workspace":"acme","limit_per_window":1667,"window_seconds":10,"target":0.98,
        "share":0.5,"rate_per_second":81.7,"burst":8,"used":44,
        "used_by_lane":{"interactive":3,"automation":0,"campaign":40,"background":1},"blocked_until":null,
        "breaker":{"host":"api.intercom.io","state":"closed"},"credential":{"state":"ok"},
        "inflight":{"now":2,"max":128}})"));
}

TEST_F(LimitsTest, SaysWhatHoldsCallsBackAndUntilWhen) {
    const WallTime until{seconds(1'000)};
    limits.now.pace.blocked_until = until;
    limits.now.circuit = {"api.intercom.io", CircuitState::open, "slow_calls", until};
    limits.now.credential = {CredentialState::held, until};
    const auto answer = ask();
    EXPECT_EQ(answer.at("blocked_until").as_string(), to_rfc3339(until));
    EXPECT_EQ(answer.at("breaker"), json::parse(R"({"host":"api.intercom.io","state":"open","reason":"slow_calls",
        "until":"1970-01-01T00:16:40.000Z"})"));
    EXPECT_EQ(answer.at("credential"), json::parse(R"({"state":"held","next_check":"1970-01-01T00:16:40.000Z"})"));
}

}  // namespace
}  // namespace herald
