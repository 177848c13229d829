// Retries of thousands of rows, with sends, crashes, pauses and further retries between their slices. Nobody is sent to
// again who was not asked for, and everybody who was is.

#include <map>

#include <fmt/format.h>

#include "tests/store/random_store_test.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class RandomRetries : public RandomStoreTest {
 public:
    // Thousands that have ended somehow, a few erased people among them, and between them some that are to be sent.
    void begin() {
        id_ = campaign(9'000);
        raw().exec(
            "UPDATE deliveries SET state = CASE number * 7919 / 8 % 6 WHEN 0 THEN 'unknown' WHEN 1 THEN 'skipped' "
            "ELSE 'rejected' END, reason = 'r' || number % 4, contact_id = 'old_' || number "
            "WHERE position % 50 > 0;"
            "UPDATE deliveries SET ref_kind = 'erased', ref = number WHERE position % 50 > 0 AND number % 37 = 0");
        restart(now_);
        for (const auto number : numbers("state = 'queued'")) asked_[number] = true;
        for (const auto& one : claim(500, now_)) claimed_.push_back(one.claim);
    }
    std::vector<std::int64_t> numbers(const std::string& where) {
        std::vector<std::int64_t> out;
        auto database = raw();
        SQLite::Statement row(database, "SELECT number FROM deliveries WHERE " + where);
        while (row.executeStep()) out.push_back(row.getColumn(0).getInt64());
        return out;
    }

    void retry() {
        constexpr std::array all{DeliveryState::rejected, DeliveryState::skipped, DeliveryState::unknown};
        std::vector<DeliveryState> states{all[below(3)]};
        if (below(2) == 0) states.push_back(all[below(3)]);
        std::vector<std::int64_t> concerned;
        for (const auto state : states)
            for (const auto number : numbers(fmt::format("state = '{}' AND ref_kind <> 'erased'", name(state))))
                concerned.push_back(number);
        ASSERT_TRUE(run(campaigns().retry(caller(), id_, states, now_, {})));
        for (const auto number : concerned) asked_[number] = true;
    }
    void plan_some() {
        if (claimed_.size() < 20 || below(8) == 0)
            for (const auto& one : claim(1 + below(8), now_)) claimed_.push_back(one.claim);
        for (int i = 0; i < 4 && !claimed_.empty(); ++i) {
            const auto claimed = take(claimed_);
            PlannedDelivery p{claimed, DeliveryEvent::intend, ContactId{fmt::format("c{}", claimed.number)}, {}, {}};
            if (below(4) == 0) p = {claimed, DeliveryEvent::skip, {}, "blocked", {}};
            const auto planned = run(deliveries().plan({p}, now_)).value();
            if (!numbers(fmt::format("number = {} AND state = 'skipped'", claimed.number)).empty())
                asked_[claimed.number] = false;
            for (const auto& one : planned) ready_.push_back(one);
        }
    }
    void intend_one() {
        const auto claimed = take(ready_);
        if (!intend(claimed, now_)) return;
        // This is where a message would leave.
        EXPECT_TRUE(asked_[claimed.number]) << "number " << claimed.number << " sent though nobody asked for it";
        asked_[claimed.number] = false;
        in_flight_.push_back(claimed);
    }
    void settle_one() {
        constexpr std::array events{DeliveryEvent::reject, DeliveryEvent::reject, DeliveryEvent::refuse,
                                    DeliveryEvent::lose,   DeliveryEvent::accept, DeliveryEvent::withdraw};
        const auto claimed = take(in_flight_);
        const auto event = events[below(events.size())];
        EXPECT_TRUE(settle(claimed, event, event == DeliveryEvent::refuse ? "" : "because", now_));
        if (event == DeliveryEvent::withdraw) asked_[claimed.number] = true;
    }
    void resolve_one() {
        auto lost = numbers("state = 'unknown' AND ref_kind <> 'erased'");
        if (lost.empty()) return;
        const auto number = take(lost);
        ASSERT_TRUE(run(store->records().resolve(caller(), {number, Resolution::not_sent, "", now_}, {},
                                                 [](const DeliveryDetails&) { return std::string(); })));
        asked_[number] = false;
    }
    void crash() {
        restart(now_);
        claimed_.clear();
        ready_.clear();
        in_flight_.clear();
    }

    void step() {
        now_ += milliseconds(below(3)) - 1ms;  // a clock that stands, and goes back
        switch (below(16)) {
            case 0:
                if (below(3) == 0) retry();
                break;
            case 1:
                if (below(4) == 0) run(store->upkeep().sweep(now_)).value();
                break;
            case 2:
                if (below(4) == 0)
                    (void)change(id_, below(2) == 0 ? CampaignEvent::pause : CampaignEvent::resume, now_);
                break;
            case 3:
                resolve_one();
                break;
            case 4:
                if (below(8) == 0) crash();
                break;
            case 5:
            case 6:
            case 7:
                plan_some();
                break;
            case 8:
            case 9:
            case 10:
            case 11:
                if (!ready_.empty()) intend_one();
                break;
            default:
                if (!in_flight_.empty()) settle_one();
        }
    }
    void expect_consistent() {
        expect_counts_are_rows(id_);
        for (const auto number : numbers("state IN ('queued', 'deferred')"))
            EXPECT_TRUE(asked_[number]) << "number " << number << " is queued though nobody asked for it";
        EXPECT_FALSE(is_terminal(get(id_).state));  // there are always some that wait
    }

    WallTime now_{start};
    CampaignId id_;
    std::vector<Claim> claimed_, ready_, in_flight_;
    std::map<std::int64_t, bool> asked_;  // by delivery: it may go out once more
};

TEST_P(RandomRetries, SendAgainToThoseWhoWereAskedForAndToNobodyElse) {
    begin();
    for (int i = 0; i < 600; ++i) {
        step();
        if (i % 40 == 0) expect_consistent();
    }
    while (run(store->upkeep().sweep(now_)).value()) expect_consistent();
    for (const auto number : numbers("state IN ('rejected', 'skipped', 'unknown') AND ref_kind <> 'erased'"))
        EXPECT_FALSE(asked_[number]) << "number " << number << " is not queued though somebody asked for it";
    EXPECT_EQ(restart(now_).corrected_campaigns, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomRetries, testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace herald::test
