// Thousands of operations in an order nobody thought of, with pauses, cancels, expiries, retries and crashes between
// them. After them: no message could have gone out twice unasked, and every counter is what the rows say.

#include <map>

#include <fmt/format.h>

#include "tests/store/random_store_test.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class RandomOperations : public RandomStoreTest {
 public:
    void plan_one() {
        const auto claimed = take(claimed_);
        constexpr std::array events{DeliveryEvent::intend, DeliveryEvent::intend, DeliveryEvent::intend,
                                    DeliveryEvent::skip, DeliveryEvent::defer};
        PlannedDelivery p{claimed, events[below(events.size())], {}, {}, {}};
        if (p.event == DeliveryEvent::intend || below(3) > 0)
            p.contact = ContactId{fmt::format("contact_{}", below(60))};
        if (p.event == DeliveryEvent::skip) p.reason = below(2) == 0 ? "not_found" : "blocked";
        if (below(2) == 0) p.not_before = now_ + milliseconds(below(3000));
        for (const auto& ready : run(deliveries().plan({p}, now_)).value()) ready_.push_back(ready);
    }

    void intend_some() {
        std::vector<Task<Result<bool>>> tasks;
        std::vector<Claim> asked;
        while (!ready_.empty() && asked.size() < 8) asked.push_back(take(ready_));
        for (const auto& one : asked) tasks.push_back(deliveries().intend(one, now_));
        const auto results = run_all(std::move(tasks));
        for (std::size_t i = 0; i < asked.size(); ++i) {
            if (!*results[i]) continue;
            // This is where a message would leave: never while an earlier one may have.
            EXPECT_EQ(on_wire_[asked[i].number]++, 0) << "number " << asked[i].number << " sent twice";
            in_flight_.push_back(asked[i]);
        }
    }

    void settle_one() {
        constexpr std::array events{DeliveryEvent::accept, DeliveryEvent::accept, DeliveryEvent::reject,
                                    DeliveryEvent::refuse, DeliveryEvent::lose,   DeliveryEvent::withdraw};
        Settlement s;
        s.claim = take(in_flight_);
        s.event = events[below(events.size())];
        s.reason = s.event == DeliveryEvent::refuse ? "" : "because";
        s.charge = below(2) == 0;
        s.throttled = !s.charge;
        s.forget_contact = below(4) == 0;
        s.track_event = below(2) == 0;
        s.at = now_;
        if (below(2) == 0) s.not_before = now_ + milliseconds(below(3000));
        EXPECT_TRUE(run(deliveries().settle(s)).value());
        if (s.event == DeliveryEvent::withdraw) --on_wire_[s.claim.number];  // proven not to have left
        if (s.event == DeliveryEvent::lose && below(2) == 0) {
            s.event = DeliveryEvent::accept;
            EXPECT_TRUE(run(deliveries().settle(s)).value());
        }
    }

    void settle_events() {
        std::vector<EventSettlement> out;
        for (const auto& event : run(deliveries().claim_events(workspace, 5, now_)).value())
            out.push_back({event.number, static_cast<EventSettlement::Outcome>(below(3)), now_ + 1s, true, {}});
        EXPECT_TRUE(run(deliveries().settle_events(out)));
    }

    void expire(const CampaignId& id) {
        raw().exec(fmt::format("UPDATE campaigns SET expires_at = {} WHERE id = '{}'", now_.time_since_epoch().count(),
                               id.value));
        (void)change(id, CampaignEvent::expire, now_);
    }

    // Whoever it is for may be sent to once more.
    void retry(const CampaignId& id) {
        constexpr std::array states{DeliveryState::rejected, DeliveryState::skipped, DeliveryState::unknown};
        const auto from = states[below(states.size())];
        std::vector<std::int64_t> again;
        {
            auto database = raw();
            SQLite::Statement row(database,
                                  fmt::format("SELECT d.number FROM deliveries d JOIN campaigns c ON c.number = "
                                              "d.campaign WHERE c.id = '{}' AND d.state = '{}'",
                                              id.value, name(from)));
            while (row.executeStep()) again.push_back(row.getColumn(0).getInt64());
        }
        if (!run(campaigns().retry(caller(), id, {from}, now_, {}))) return;
        for (const auto number : again) on_wire_[number] = 0;
    }

    // The disk is full for a moment: nothing of what is asked for then is stored, and the loop gives its rows back.
    void full_disk() {
        raw().exec(
            "CREATE TRIGGER full BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(FAIL, 'database or disk is full'); "
            "END");
        std::vector<Task<Result<bool>>> tasks;
        std::vector<Claim> asked;
        while (!ready_.empty() && asked.size() < 4) asked.push_back(take(ready_));
        for (const auto& one : asked) tasks.push_back(deliveries().intend(one, now_));
        for (const auto& intended : run_all(std::move(tasks))) EXPECT_FALSE(intended && *intended);
        if (!in_flight_.empty()) {  // settled later, when it can be stored
            Settlement s;
            s.claim = in_flight_.front();
            s.event = DeliveryEvent::accept;
            s.at = now_;
            EXPECT_FALSE(run(deliveries().settle(s)));
        }
        raw().exec("DROP TRIGGER full");
        EXPECT_TRUE(run(deliveries().release(asked)));
    }

    void crash() {
        restart(now_);
        claimed_.clear();
        ready_.clear();
        in_flight_.clear();
    }

    void step() {
        now_ += milliseconds(below(500));
        const auto& id = ids_[below(ids_.size())];
        switch (below(16)) {
            case 0:
            case 1:
                for (const auto& one : claim(1 + below(8), now_)) claimed_.push_back(one.claim);
                break;
            case 2:
            case 3:
            case 4:
            case 5:
                if (!claimed_.empty()) plan_one();
                break;
            case 6:
            case 7:
            case 8:
                intend_some();
                break;
            case 9:
            case 10:
            case 11:
            case 12:
                if (!in_flight_.empty()) settle_one();
                break;
            case 13:
                settle_events();
                break;
            case 14:
                if (!claimed_.empty()) {
                    EXPECT_TRUE(run(deliveries().release({take(claimed_)})));
                }
                break;
            default:
                switch (below(12)) {
                    case 0:
                        crash();
                        break;
                    case 1:
                        (void)change(id, CampaignEvent::cancel, now_);
                        break;
                    case 5:
                        if (below(2) == 0) expire(id);
                        break;
                    case 6:
                    case 7:
                        retry(id);
                        break;
                    case 8:
                        full_disk();
                        break;
                    case 2:
                    case 3:
                    case 4:
                        (void)change(id, CampaignEvent::pause, now_);
                        break;
                    default:
                        (void)change(id, CampaignEvent::resume, now_);
                        break;
                }
        }
    }

    WallTime now_{start};
    std::vector<CampaignId> ids_;
    std::vector<Claim> claimed_, ready_, in_flight_;
    std::map<std::int64_t, int> on_wire_;
};

TEST_P(RandomOperations, SendNothingTwiceAndCountEveryRow) {
    for (int i = 0; i < 4; ++i) ids_.push_back(campaign(25));
    for (int i = 0; i < 1500; ++i) {
        step();
        if (i % 50 != 0) continue;
        for (const auto& id : ids_) expect_counts_are_rows(id);
    }
    // What is left comes to an end.
    for (const auto& id : ids_) (void)change(id, CampaignEvent::resume, now_);
    for (int i = 0; i < 5000 && run(deliveries().has_work(workspace)).value(); ++i) {
        now_ += 1s;
        for (const auto& one : claim(8, now_)) claimed_.push_back(one.claim);
        if (!claimed_.empty()) plan_one();
        intend_some();
        if (!in_flight_.empty()) settle_one();
    }
    for (const auto& id : ids_) {
        expect_counts_are_rows(id);
        const auto end = get(id);
        EXPECT_TRUE(is_terminal(end.state)) << name(end.state);
        EXPECT_TRUE(end.counts.finished());
        EXPECT_EQ(end.counts.audience(), 25);
        if (end.state != CampaignState::cancelled) {
            EXPECT_EQ(end.state == CampaignState::completed_with_losses, end.counts.losses() > 0);
        }
    }
    EXPECT_EQ(raw_integer("SELECT sum(events_queued + events_tracked + events_failed) FROM campaign_counts"),
              raw_integer("SELECT count(*) FROM tracked_events"));
    EXPECT_EQ(restart(now_).corrected_campaigns, 0);

    // Every state is on record, and the record is whole.
    for (const auto& id : ids_) {
        const auto last = run(store->audit().list(workspace, {.resource = "campaign:" + id.value, .limit = 1}));
        EXPECT_EQ(last->at(0).record.details.at("state_after"), AuditValue(std::string(name(get(id).state))));
    }
    ChainCheck check(store->audit().digest());
    while (!check.ended()) ASSERT_TRUE(run(store->audit().check_some(workspace, check)));
    EXPECT_FALSE(check.broken());
    EXPECT_EQ(check.good(), raw_integer("SELECT count(*) FROM audit_entries"));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomOperations, testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace herald::test
