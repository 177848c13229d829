#include "adapters/observe/metrics.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/observe/delivery_store.hpp"
#include "adapters/observe/exchange.hpp"
#include "tests/support/in_memory_store.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_exchange.hpp"

namespace herald::observe {
namespace {

using namespace std::chrono_literals;

class MetricsTest : public ::testing::Test {
 protected:
    Metrics metrics{"1.2.3", {{"acme"}}};
    Limits limits;

    std::string text() { return metrics.text({{{"acme"}, limits}}); }

    void expect(const std::string& line) {
        EXPECT_NE(("\n" + text()).find("\n" + line + "\n"), std::string::npos) << line << "\n" << text();
    }
};

TEST_F(MetricsTest, WhatCanBeNamedIsThereFromTheStart) {
    for (const auto* state : {"accepted", "rejected", "unknown", "skipped"})
        expect(std::string("herald_delivery_total{state=\"") + state + "\"} 0");
    expect("herald_http_429_total{workspace=\"acme\"} 0");
    expect("herald_slot_wait_seconds_count{lane=\"background\",workspace=\"acme\"} 0");
    expect("herald_build_info{version=\"1.2.3\"} 1");
}

TEST_F(MetricsTest, TheLimitsAreShownAsTheyAreNow) {
    limits.pace.limit_per_window = 200;
    limits.pace.used_by_lane = {10, 0, 40, 0};
    limits.circuit = {"api.intercom.io", CircuitState::open, "slow_calls", {}};
    limits.credential.state = CredentialState::held;
    limits.inflight = 3;
    expect("herald_limiter_window_used_ratio{workspace=\"acme\"} 0.25");
    expect("herald_breaker_state{host=\"api.intercom.io\"} 2");
    expect("herald_inflight{workspace=\"acme\"} 3");
    expect("herald_credential_held{workspace=\"acme\"} 1");
    limits = {.pace = {}, .circuit = {.host = "api.intercom.io"}, .credential = {}};
    expect("herald_breaker_state{host=\"api.intercom.io\"} 0");
    expect("herald_credential_held{workspace=\"acme\"} 0");
}

TEST_F(MetricsTest, EventsOfTheGateAndTheServerAreCounted) {
    metrics.throttled({"acme"});
    metrics.breaker_changed("closed", "open", "slow_calls");
    metrics.slot_waited({"acme"}, Lane::campaign, 20ms);
    metrics.loop_lagged(2ms);
    metrics.request_served("getCampaign", "GET", 404, 3ms);
    expect("herald_http_429_total{workspace=\"acme\"} 1");
    const auto shown = text();
    for (const auto* label : {"from=\"closed\"", "to=\"open\"", "reason=\"slow_calls\"", "operation=\"getCampaign\"",
                              "method=\"GET\"", "status_class=\"4xx\""})
        EXPECT_NE(shown.find(label), std::string::npos) << label;
    expect("herald_slot_wait_seconds_count{lane=\"campaign\",workspace=\"acme\"} 1");
    expect("herald_slot_wait_seconds_bucket{lane=\"campaign\",workspace=\"acme\",le=\"0.025\"} 1");
    expect("herald_loop_lag_seconds_count 1");
    expect("herald_http_server_request_duration_seconds_count{operation=\"getCampaign\"} 1");
}

TEST_F(MetricsTest, WhatAClientInventsMakesNoNewSeries) {
    metrics.request_served("", "BREW", 404, 1ms);
    metrics.request_served("", "STEEP", 404, 1ms);
    const auto shown = text();
    EXPECT_EQ(shown.find("BREW"), std::string::npos);
    EXPECT_NE(shown.find("method=\"other\""), std::string::npos);
    expect("herald_http_server_request_duration_seconds_count{operation=\"none\"} 2");
}

TEST_F(MetricsTest, EveryAttemptIsCountedByHowFarItCame) {
    boost::asio::io_context io;
    test::ScriptedExchange wire;
    wire.reply(200).reply(429).reply(503).fail(http::Phase::connect).fail(http::Phase::response);
    test::ManualClock clock(io);
    std::string logged;
    Log log(clock, [&](std::string_view line) { logged += line; });
    CountedExchange counted(wire, metrics, log, clock, {"acme"});
    const http::Call call;
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(test::start(io, counted.send(call, Deadline{})).done());
    const auto shown = text();
    for (const auto& [phase, kind] : {std::pair{"answered", "2xx"},
                                      {"answered", "429"},
                                      {"answered", "5xx"},
                                      {"connect", "not_executed"},
                                      {"response", "outcome_unknown"}}) {
        const auto one_way =
            std::string("herald_attempt_phase_total{class=\"") + kind + "\",phase=\"" + phase + "\"} 1";
        const auto other = std::string("herald_attempt_phase_total{phase=\"") + phase + "\",class=\"" + kind + "\"} 1";
        EXPECT_TRUE(shown.contains(one_way) || shown.contains(other)) << phase << kind << shown;
    }
    EXPECT_EQ(logged, "");  // our own work
}

TEST_F(MetricsTest, AnAttemptMadeForARequestIsLoggedWithItsTraceAndNobodysName) {
    boost::asio::io_context io;
    test::ScriptedExchange wire;
    wire.reply(404, 1, {{"X-Request-Id", "abc"}}).fail(http::Phase::connect);
    test::ManualClock clock(io);
    std::vector<std::string> lines;
    Log log(clock, [&](std::string_view line) { lines.emplace_back(line); });
    CountedExchange counted(wire, metrics, log, clock, {"acme"});
    const http::Call call{.method = "GET", .target = "/contacts/find_by_external_id/ann", .headers = {}, .body = {}};
    const Deadline deadline{.at = SteadyTime::max(), .trace = {1, 2}};
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(test::start(io, counted.send(call, deadline)).done());
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_TRUE(lines[0].contains(R"("trace_id":"00000000000000010000000000000002","workspace":"acme","method":"GET",)"
                                  R"("resource":"/contacts","phase":"answered","status":404,)"
                                  R"("intercom_request_id":"abc")"))
        << lines[0];
    EXPECT_TRUE(lines[1].contains(R"("phase":"connect","status":0)")) << lines[1];
    EXPECT_FALSE((lines[0] + lines[1]).contains("ann"));
}

TEST_F(MetricsTest, SendsAreCountedOnceTheirEndIsDurable) {
    boost::asio::io_context io;
    test::ManualClock clock{io};
    test::InMemoryStore store(clock);
    ObservedDeliveryStore observed(store, clock, metrics);
    Campaign campaign;
    campaign.id = {"cmp_1"};
    campaign.workspace = {"default"};
    campaign.state = CampaignState::running;
    store.add(campaign, std::vector<Recipient>(3));
    auto claimed = test::start(io, observed.claim({"default"}, 3, {}, clock.wall_now()));
    const auto run = [&](std::int64_t number, DeliveryEvent event) {
        const auto claim = claimed.get().value().at(static_cast<std::size_t>(number - 1)).claim;
        EXPECT_TRUE(test::start(io, observed.intend(claim, clock.wall_now())).done());
        Settlement settlement;
        settlement.claim = claim;
        settlement.event = event;
        EXPECT_TRUE(test::start(io, observed.settle(settlement)).done());
        EXPECT_TRUE(test::start(io, observed.settle(settlement)).done());  // not in flight any more
    };
    run(1, DeliveryEvent::accept);
    run(2, DeliveryEvent::lose);
    run(3, DeliveryEvent::withdraw);
    expect("herald_delivery_total{state=\"accepted\"} 1");
    expect("herald_delivery_total{state=\"unknown\"} 1");
    expect("herald_delivery_total{state=\"rejected\"} 0");
    expect("herald_intent_commit_seconds_count 3");
}

}  // namespace
}  // namespace herald::observe
