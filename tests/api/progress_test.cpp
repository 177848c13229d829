// Progress, its rate, and the stream of events.

#include "api/rate_meter.hpp"
#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

class Progress : public test::ApiTest {
 protected:
    void given_running(std::int64_t audience) {
        given_campaign(true);
        store.only().counts = {};
        store.only().counts[DeliveryState::queued] = audience;
    }
    void settle(std::int64_t n, DeliveryState state = DeliveryState::accepted) {
        store.only().counts[DeliveryState::queued] -= n;
        store.only().counts[state] += n;
    }
    void finish() {
        store.only().state = CampaignState::completed;
        store.only().finished_at = clock.wall_now();
    }
    json::value progress() { return parsed(get(path() + "/progress")); }

    using Chunk = test::Started<std::optional<std::string>>;
    Chunk next(api::Response& response) { return test::start(io, response.stream->next()); }
    static json::value data_of(const std::string& chunk) {
        const auto at = chunk.find("data: ") + 6;
        return json::parse(chunk.substr(at, chunk.find('\n', at) - at));
    }
};

TEST_F(Progress, CountsSumToTheAudienceAndReasonsAreShown) {
    given_running(10);
    settle(3);
    settle(2, DeliveryState::skipped);
    store.reason_counts = {{DeliveryState::skipped, "unsubscribed", 2}};
    store.only().events = {.queued = 1, .tracked = 2, .failed = 0};
    const auto view = progress();
    EXPECT_EQ(view.at("campaign_id").as_string(), store.only().id.value);
    EXPECT_EQ(view.at("audience").as_int64(), 10);
    std::int64_t sum = 0;
    for (const auto& [state, count] : view.at("counts").as_object()) sum += count.as_int64();
    EXPECT_EQ(sum, 10);
    EXPECT_EQ(view.at("reasons"), json::parse(R"([{"state":"skipped","reason":"unsubscribed","count":2}])"));
    EXPECT_EQ(view.at("events"), json::parse(R"({"queued":1,"tracked":2,"failed":0})"));
    EXPECT_EQ(view.at("waiting"), json::parse(R"({"reason":"none"})"));
}

TEST_F(Progress, TheEstimateIsNoFasterThanThePaceOfTheCampaign) {
    given_running(1'000);
    store.only().max_per_minute = 60;
    clock.advance(10s);
    settle(100, DeliveryState::skipped);  // which needs no message
    const auto view = progress();
    EXPECT_EQ(view.at("rate_per_second").as_double(), 10.0);
    EXPECT_EQ(view.at("max_per_minute").as_int64(), 60);
    EXPECT_EQ(view.at("eta").as_string(), to_rfc3339(clock.wall_now() + 900s));
}

TEST_F(Progress, RateAndEstimateComeFromWhatWasSeen) {
    given_running(1'000);
    clock.advance(10s);
    settle(100);
    auto view = progress();  // nothing seen before: since the launch
    EXPECT_EQ(view.at("rate_per_second").as_double(), 10.0);
    EXPECT_EQ(view.at("eta").as_string(), to_rfc3339(clock.wall_now() + 90s));
    clock.advance(10s);
    settle(500);
    view = progress();  // since the look before
    EXPECT_EQ(view.at("rate_per_second").as_double(), 50.0);
    EXPECT_EQ(view.at("eta").as_string(), to_rfc3339(clock.wall_now() + 8s));
}

TEST_F(Progress, NothingIsPromisedWhileNothingIsSent) {
    given_campaign();
    auto view = progress();
    EXPECT_TRUE(view.at("eta").is_null());
    EXPECT_EQ(view.at("rate_per_second").as_double(), 0.0);
    ASSERT_EQ(act("launch").status, 202);
    EXPECT_TRUE(progress().at("eta").is_null());
    clock.advance(1s);
    settle(1);
    ASSERT_EQ(act("pause").status, 200);
    view = progress();
    EXPECT_TRUE(view.at("eta").is_null());
    EXPECT_EQ(view.at("pause_reason").as_string(), "operator");
}

TEST_F(Progress, OfAnUnknownCampaignIsNotFound) {
    EXPECT_EQ(get("/v1/campaigns/cmp_00000000000000000000000000/progress").status, 404);
    EXPECT_EQ(get("/v1/campaigns/cmp_00000000000000000000000000/events").status, 404);
    EXPECT_EQ(changes.subscribers(), 0U);
}

TEST_F(Progress, AStreamBeginsWithASnapshotAtOnce) {
    given_running(10);
    auto response = get(path() + "/events", {{"Accept", "text/event-stream"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Content-Type"), "text/event-stream");
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    auto first = next(response);
    ASSERT_TRUE(first.done());
    EXPECT_TRUE(first.get()->starts_with("retry: 2000\n\nevent: progress\ndata: {"));
    EXPECT_TRUE(first.get()->ends_with("}\n\n"));
    EXPECT_EQ(data_of(*first.get()), progress());
}

TEST_F(Progress, AStreamReportsAChangeButNoMoreThanFourASecond) {
    given_running(10);
    auto response = get(path() + "/events");
    next(response).get();
    auto second = next(response);
    EXPECT_FALSE(second.done());
    settle(1);
    changes.notify(store.only().id);
    clock.advance(249ms);
    EXPECT_FALSE(second.done());
    clock.advance(1ms);
    ASSERT_TRUE(second.done());
    EXPECT_EQ(data_of(*second.get()).at("counts").at("accepted").as_int64(), 1);
    clock.advance(300ms);
    settle(1);
    changes.notify(store.only().id);
    auto third = next(response);  // long enough ago: at once
    ASSERT_TRUE(third.done());
    EXPECT_EQ(data_of(*third.get()).at("counts").at("accepted").as_int64(), 2);
}

TEST_F(Progress, AStreamNoticesWithinASecondWhatNobodyTold) {
    given_running(10);
    auto response = get(path() + "/events");
    next(response).get();
    auto second = next(response);
    waiting.now = {WaitReason::circuit_open, clock.wall_now() + 10s};
    clock.advance(1s);
    ASSERT_TRUE(second.done());
    EXPECT_EQ(data_of(*second.get()).at("waiting").at("reason").as_string(), "circuit_open");
}

TEST_F(Progress, AStreamKeepsASilentConnectionAlive) {
    given_running(10);
    auto response = get(path() + "/events");
    next(response).get();
    auto second = next(response);
    clock.advance(14'999ms);
    EXPECT_FALSE(second.done());
    clock.advance(1ms);
    ASSERT_TRUE(second.done());
    EXPECT_EQ(*second.get(), ": keep-alive\n\n");
}

TEST_F(Progress, AStreamSurvivesAStoreThatDoesNotAnswerForAWhile) {
    given_running(10);
    auto response = get(path() + "/events");
    next(response).get();
    store.fails = Error{Errc::store_unavailable, "busy"};
    auto second = next(response);
    clock.advance(5s);
    EXPECT_FALSE(second.done());
    store.fails.reset();
    settle(1);
    clock.advance(1s);
    EXPECT_TRUE(second.done());
}

TEST_F(Progress, AStreamEndsWithTheCampaign) {
    given_running(1);
    auto response = get(path() + "/events");
    next(response).get();
    auto second = next(response);
    settle(1);
    finish();
    changes.notify(store.only().id);
    clock.advance(250ms);
    ASSERT_TRUE(second.done());
    const auto& text = *second.get();
    EXPECT_TRUE(text.starts_with("event: progress\n"));
    const auto completed = text.find("event: completed\n");
    ASSERT_NE(completed, std::string::npos);
    EXPECT_EQ(data_of(text.substr(completed)).at("state").as_string(), "completed");
    auto end = next(response);
    ASSERT_TRUE(end.done());
    EXPECT_EQ(end.get(), std::nullopt);
}

TEST_F(Progress, AStreamOfAnEndedCampaignIsOneSnapshotAndTheEnd) {
    given_running(0);
    finish();
    auto response = get(path() + "/events");
    EXPECT_NE(next(response).get()->find("event: completed\n"), std::string::npos);
    EXPECT_EQ(next(response).get(), std::nullopt);
}

TEST_F(Progress, StreamsAreBoundedAndFreedWhenTheyGo) {
    given_running(1);
    auto first = get(path() + "/events");
    auto second = get(path() + "/events");
    EXPECT_EQ(changes.subscribers(), 2U);
    const auto refused = get(path() + "/events");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(code(refused), "too_many_streams");
    EXPECT_EQ(header(refused, "Retry-After"), "10");
    second.stream.reset();
    EXPECT_EQ(get(path() + "/events").status, 200);
}

TEST_F(Progress, StreamsEndAtOnceWhenTheServiceShutsDown) {
    given_running(1);
    auto response = get(path() + "/events");
    next(response).get();
    auto second = next(response);
    changes.close();
    clock.settle();
    ASSERT_TRUE(second.done());
    EXPECT_EQ(second.get(), std::nullopt);
    EXPECT_EQ(code(get(path() + "/events")), "shutting_down");
}

TEST(RateMeter, LooksBackThirtySecondsAtMost) {
    api::RateMeter meter;
    const CampaignId id{"cmp"};
    const SteadyTime start{std::chrono::hours(1)};
    EXPECT_EQ(meter.observe(id, 0, start, 0ms), 0.0);
    for (std::int64_t second = 1; second <= 60; ++second) meter.observe(id, second * 10, start + seconds(second), 1s);
    EXPECT_EQ(meter.observe(id, 1'500, start + 90s, 90s), (1'500.0 - 600.0) / 30.0);
    EXPECT_EQ(meter.observe(id, 1'500, start + 90s + 500ms, 90s), (1'500.0 - 600.0) / 30.5);
}

TEST(RateMeter, RemembersABoundedNumberOfCampaigns) {
    api::RateMeter meter;
    const SteadyTime start{std::chrono::hours(1)};
    for (int i = 0; i < 3'000; ++i) meter.observe({std::to_string(i)}, 0, start, 0ms);
    EXPECT_LE(meter.campaigns(), 1'024U);
}

}  // namespace
}  // namespace herald
