// The promise itself: a greedy sender under the bucket against a server that counts arrivals in fixed
// windows of 10 s, whose phase the sender does not know.

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <ranges>

#include <gtest/gtest.h>

#include "adapters/resilience/token_bucket.hpp"
#include "tests/support/manual_clock.hpp"

namespace herald::resilience {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{1000h};
constexpr std::array limits{20, 167, 377, 378, 500, 1667, 16'670};

struct Server {
    SteadyTime::duration phase;
    std::map<std::int64_t, int> windows;

    std::int64_t window_of(SteadyTime arrival) const { return (arrival - start - phase) / SteadyTime::duration{10s}; }
    void receive(SteadyTime arrival) { ++windows[window_of(arrival)]; }
    int fullest() const { return std::ranges::max(windows | std::views::values); }
    // The emptiest of the windows that lie wholly between the first and the last.
    int emptiest_inner() const {
        int least = std::numeric_limits<int>::max();
        for (auto w = std::next(windows.begin()); w != std::prev(windows.end()); ++w)
            least = std::min(least, w->second);
        return least;
    }
};

TokenBucket bucket_for(int limit, double target = 0.98) {
    return TokenBucket({.limit_per_window = limit, .target = target, .initial_limit = limit}, start);
}

SteadyTime::duration fraction_of(SteadyTime::duration whole, double chance) {
    return std::chrono::floor<SteadyTime::duration>(whole * chance);
}

Server send_greedily(TokenBucket bucket, test::SeededRandom& random, SteadyTime::duration span,
                     SteadyTime::duration jitter) {
    Server server{fraction_of(10s, random.fraction()) - 20s, {}};
    const auto base = fraction_of(400ms, random.fraction());
    SteadyTime now = start + fraction_of(10s, random.fraction());
    for (const auto end = now + span; (now = bucket.next_slot(now)) < end;) {
        if (bucket.try_take(now)) server.receive(now + base + fraction_of(jitter, random.fraction()));
    }
    return server;
}

class WindowProperty : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Limits, WindowProperty, testing::ValuesIn(limits));

TEST_P(WindowProperty, NoWindowEverHoldsMoreThanTheLimitWhateverPhaseAndJitter) {
    const int limit = GetParam();
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        test::SeededRandom random(seed);
        const auto server = send_greedily(bucket_for(limit), random, 60s, fraction_of(150ms, random.fraction()));
        ASSERT_LE(server.fullest(), limit) << "seed " << seed;
    }
}

// The worst there is: an idle bucket, then full speed, and all calls of the last 0.15 s before a window
// arrive at its beginning together with those sent then.
int worst_window(int limit, double target, SteadyTime::duration offset) {
    auto bucket = bucket_for(limit, target);
    const SteadyTime opens = start + 100s + offset;
    int arrived = 0;
    for (SteadyTime now = opens - 150ms; (now = bucket.next_slot(now)) < opens + 10s;)
        arrived += bucket.try_take(now) ? 1 : 0;
    return arrived;
}

TEST_P(WindowProperty, NotEvenWhenABurstAndACompressionOfTheArrivalsMeet) {
    for (const auto offset : {0ms, 1ms, 137ms, 5'000ms}) EXPECT_LE(worst_window(GetParam(), 0.98, offset), GetParam());
}

TEST(Window, OverflowsWithoutTheReserveSoTheReserveIsWhatKeepsThePromise) {
    for (const int limit : {500, 1667, 16'670}) EXPECT_GT(worst_window(limit, 1.0, 0ms), limit);
}

// Latency that varies by 40 ms, each call for itself.
TEST(Window, IsUsedToNinetySevenHundredthsAtLeastWhileThereIsWork) {
    for (const int limit : {500, 1667, 16'670}) {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            test::SeededRandom random(seed);
            const auto server = send_greedily(bucket_for(limit), random, 60s, 40ms);
            ASSERT_GE(server.windows.size(), 6U);
            ASSERT_GE(server.emptiest_inner(), 0.97 * limit) << limit << ", seed " << seed;
        }
    }
}

// What a small limit gives: whole calls, so 98 % rounded down, less one or two that jitter moved.
TEST(Window, OfASmallLimitLosesAtMostTwoCallsToTheRounding) {
    for (const int limit : {20, 167, 377, 378}) {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            test::SeededRandom random(seed);
            const auto server = send_greedily(bucket_for(limit), random, 60s, 40ms);
            ASSERT_GE(server.emptiest_inner(), static_cast<int>(0.98 * limit) - 2) << limit << ", seed " << seed;
        }
    }
}

// A limit that is learnt, unlearnt, lowered by 429s and given back, restarts in between: at no time more than
// the true limit, which every learnt one is at most.
TEST_P(WindowProperty, HoldsThroughChangesOfTheRateAndRestarts) {
    const int limit = GetParam();
    const TokenBucketOptions options{.limit_per_window = limit};
    int restarts = 0;
    int changes = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        test::SeededRandom random(seed);
        Server server{fraction_of(10s, random.fraction()) - 20s, {}};
        TokenBucket bucket(options, start);
        SteadyTime now = start;
        const WallTime wall_start{1'800'000'000s};
        const auto wall = [&](SteadyTime t) { return wall_start + std::chrono::floor<milliseconds>(t - start); };
        LimiterState saved = bucket.save(now, wall(now));
        SteadyTime next_save = now + 1s;
        SteadyTime next_event = now + 1s;
        while (now < start + 60s) {
            now = std::min({bucket.next_slot(now), next_save, next_event});
            if (now >= next_save) {
                saved = bucket.save(now, wall(now));
                next_save = now + 1s;
            }
            if (now >= next_event) {
                next_event = now + fraction_of(4s, random.fraction());
                switch (random.bits() % 5) {
                    case 0:
                        bucket.on_throttled({.retry_after = milliseconds(random.bits() % 3'000),
                                             .remaining = limit / 2,
                                             .limit = limit},
                                            now, wall(now), random.fraction());
                        break;
                    case 1:  // died after the last save; the next process knows only what was saved
                        now += milliseconds(random.bits() % 50);
                        bucket = TokenBucket(options, now);
                        bucket.restore(saved, now, wall(now));
                        ++restarts;
                        break;
                    default:
                        bucket.learn(random.bits() % 2 == 0 ? limit : static_cast<int>(1 + random.bits() % limit), now);
                        ++changes;
                }
            }
            while (bucket.try_take(now)) server.receive(now + fraction_of(150ms, random.fraction()));
        }
        ASSERT_LE(server.fullest(), limit) << "seed " << seed;
    }
    EXPECT_GT(restarts, 20);
    EXPECT_GT(changes, 100);
}

}  // namespace
}  // namespace herald::resilience
