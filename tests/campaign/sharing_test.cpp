// Who sends when: turns between campaigns, the pace of one, and what is left for others.

#include <algorithm>

#include "tests/campaign/runner_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;

void ignore_end(const std::exception_ptr&) {}

class SharingTest : public test::RunnerTest {
 protected:
    CampaignId add(const std::string& name, int count, std::optional<std::int64_t> pace = {}) {
        auto another = campaign;
        another.id.value = name;
        another.max_per_minute = pace;
        store.add(another, people(name + "/", count));
        return another.id;
    }
    std::vector<SteadyTime> sent_by(const std::string& name) const {
        std::vector<SteadyTime> out;
        for (const auto& one : intercom.sent)
            if (one.to.starts_with(name + "/")) out.push_back(one.at);
        return out;
    }
    void pace(const CampaignId& id, std::optional<std::int64_t> max_per_minute) {
        store.campaigns.at(id).max_per_minute = max_per_minute;
        runner->pace(id, max_per_minute);
        clock.settle();
    }
};

TEST_F(SharingTest, TwoEqualCampaignsStartedTogetherFinishTogether) {
    add("a", 3'000);
    add("b", 3'000);
    start();
    clock.advance(60s);
    const auto a = sent_by("a");
    const auto b = sent_by("b");
    ASSERT_EQ(a.size(), 3'000u);
    ASSERT_EQ(b.size(), 3'000u);
    const auto took = std::max(a.back(), b.back()) - std::min(a.front(), b.front());
    EXPECT_LE(std::chrono::abs(a.back() - b.back()), took / 20);
}

TEST_F(SharingTest, ACampaignThatStartsLaterHasItsHalfWithinASecond) {
    add("big", 4'000);
    start();
    clock.advance(5s);
    const auto before = sent_by("big").size();
    add("late", 1'000);
    runner->wake();
    clock.advance(6s);
    const auto big = static_cast<double>(sent_by("big").size() - before);
    const auto late = static_cast<double>(sent_by("late").size());
    EXPECT_GE(late / (big + late), 0.45);
}

TEST_F(SharingTest, ManyCampaignsShareEquallyInBoundedMemory) {
    for (int i = 0; i < 200; ++i) add("c" + std::to_string(i), 20);
    start();
    std::int64_t held = 0;
    for (int tick = 0; tick < 120; ++tick) {
        clock.advance(100ms);
        held = std::max(held, store.held());
    }
    std::vector<std::size_t> sent;
    for (int i = 0; i < 200; ++i) sent.push_back(sent_by("c" + std::to_string(i)).size());
    EXPECT_GE(std::ranges::min(sent), 8u);
    EXPECT_LE(std::ranges::max(sent) - std::ranges::min(sent), 2u);
    EXPECT_LE(held, 512);
    clock.advance(20s);
    EXPECT_EQ(count(DeliveryState::accepted), 4'000);
}

TEST_F(SharingTest, APacedCampaignKeepsItsPaceAndLeavesTheRestToOthers) {
    options.limiter.initial_limit = 400;  // 39 a second
    options.limiter.limit_per_window = 400;
    const auto paced = add("paced", 10'000, 600);
    add("other", 20'000);
    start();
    std::int64_t held = 0;
    for (int minute = 0; minute < 6; ++minute) {
        clock.advance(60s);
        held = std::max(held, store.held_of(paced));
    }
    const auto times = sent_by("paced");
    EXPECT_NEAR(static_cast<double>(times.size()), 3'600, 3'600 * 0.02);
    for (std::size_t i = 0; i + 612 < times.size(); ++i) ASSERT_GE(times[i + 612] - times[i], 60s) << i;
    for (std::size_t i = 0; i + 588 < times.size(); ++i) ASSERT_LE(times[i + 588] - times[i], 60s) << i;
    EXPECT_GE(static_cast<double>(intercom.sent.size()), 0.97 * 39.2 * 360);
    EXPECT_LE(held, 20);
}

TEST_F(SharingTest, ASlowPaceIsKeptExactly) {
    add("slow", 100, 10);
    start();
    clock.advance(10min);
    const auto times = sent_by("slow");
    EXPECT_GE(times.size(), 98u);
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {
        ASSERT_GE(times[i + 1] - times[i], 6s) << i;
        ASSERT_LE(times[i + 1] - times[i], 6'050ms) << i;
    }
}

TEST_F(SharingTest, APaceChangedWhileItRunsCountsAtOnce) {
    const auto id = add("p", 5'000, 1);
    start();
    clock.advance(30s);
    EXPECT_EQ(sent_by("p").size(), 1u);
    EXPECT_EQ(store.held_of(id), 1);

    pace(id, 600);
    clock.advance(100ms);
    EXPECT_GE(sent_by("p").size(), 2u);
    clock.advance(29'900ms);
    EXPECT_NEAR(static_cast<double>(sent_by("p").size()), 300, 10);

    pace(id, std::nullopt);
    clock.advance(2s);
    EXPECT_GE(sent_by("p").size(), 550u);
    EXPECT_GE(store.held_of(id), 100);

    pace(id, 60);
    const auto before = sent_by("p").size();
    clock.advance(10s);
    EXPECT_LE(sent_by("p").size() - before, 11u);
    EXPECT_LE(store.held_of(id), 2) << "the rows that are too many go back";
}

TEST_F(SharingTest, AfterARestartAPaceGoesOnAfterAnInterval) {
    campaign.counts[DeliveryState::accepted] = 1;
    add("p", 10, 10);
    start();
    clock.advance(5'900ms);
    EXPECT_TRUE(intercom.sent.empty());
    clock.advance(200ms);
    EXPECT_EQ(intercom.sent.size(), 1u);
}

TEST_F(SharingTest, ASlowPaceDoesNotHideThatEverythingIsRejected) {
    for (int i = 0; i < 60; ++i) intercom.script.emplace_back(Error{Errc::content_rejected, "422", {}, "x"});
    const auto id = add("p", 100, 30);
    start();
    clock.advance(2min);
    EXPECT_EQ(store.campaigns.at(id).paused_for, PauseReason::content_rejected);
    EXPECT_EQ(count(DeliveryState::rejected), 50);
}

TEST_F(SharingTest, ThePacedDoNotKeepTheTrialOfAnOpenCircuitWaiting) {
    add("a-paced", 10, 1);
    add("b", 2'000);
    breaker_options.mode = resilience::BreakerOptions::Mode::seed;
    breaker_options.open = 10s;
    start();
    clock.advance(2s);
    for (int i = 0; i < 5; ++i) intercom.script.emplace_back(Error{Errc::outcome_unknown, "503"});
    upstream.reply(200, 1);
    clock.advance(1s);
    ASSERT_EQ(runner->waiting().reason, WaitReason::circuit_open);
    const auto before = intercom.sent.size();
    clock.advance(12s);
    EXPECT_EQ(runner->waiting().reason, WaitReason::none);
    EXPECT_GT(intercom.sent.size(), before);
    EXPECT_EQ(sent_by("a-paced").size(), 1u);
}

// Every lane has more than it may send, and one call of a person's comes every 100 ms.
TEST_F(SharingTest, AnInteractiveCallWaitsAtMost150MillisecondsForItsSlotAtTheNinetyNinthPercentile) {
    add("big", 20'000);
    start();
    const auto flood = [](SendGate& way, Lane lane) -> Task<void> {
        for (;;)
            if (const auto slot = co_await way.slot(lane, Deadline{}); !slot) co_return;
    };
    for (int i = 0; i < 16; ++i)
        for (const auto lane : {Lane::automation, Lane::background})
            boost::asio::co_spawn(*loop, flood(*gate, lane), ignore_end);
    std::vector<SteadyTime::duration> waits;
    const auto ask = [](Clock& time, SendGate& way, std::vector<SteadyTime::duration>& out) -> Task<void> {
        const auto asked = time.now();
        const auto slot = co_await way.slot(Lane::interactive, Deadline{});
        if (slot) out.push_back(*slot - asked);
    };
    for (int i = 0; i < 600; ++i) {
        boost::asio::co_spawn(*loop, ask(clock, *gate, waits), ignore_end);
        clock.advance(100ms);
    }
    gate->stop();
    clock.settle();
    ASSERT_GE(waits.size(), 599u);
    std::ranges::sort(waits);
    EXPECT_LE(waits[waits.size() * 99 / 100], 150ms);
    EXPECT_GE(intercom.sent.size(), 60u * 163 * 2 / 15 * 9 / 10) << "and campaigns have their share";
}

}  // namespace
}  // namespace herald
