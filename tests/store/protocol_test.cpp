// The delivery protocol on a real database, against domain/delivery/state.hpp.

#include <fmt/format.h>

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class Protocol : public StoreTest {
 public:
    // Puts the only row of a fresh running campaign into `state`, with counters to match.
    CampaignId one_row_in(DeliveryState state) {
        const auto id = campaign(1);
        const auto number = row(id).number;
        auto database = raw();
        database.exec(
            fmt::format("UPDATE deliveries SET state = '{}', claims = 1, attempts = 1, contact_id = 'x', "
                        "not_before = {} WHERE number = {}",
                        name(state), state == DeliveryState::deferred ? 1 : 0, number));
        database.exec(
            fmt::format("UPDATE campaign_counts SET queued = 0 WHERE campaign = "
                        "(SELECT campaign FROM deliveries WHERE number = {})",
                        number));
        database.exec(
            fmt::format("UPDATE campaign_counts SET {0} = {0} + 1 WHERE campaign = "
                        "(SELECT campaign FROM deliveries WHERE number = {1})",
                        name(state), number));
        return id;
    }

    std::string dump(std::int64_t number) {
        auto database = raw();
        SQLite::Statement all(database, "SELECT * FROM deliveries WHERE number = ?");
        all.bind(1, number);
        std::string out;
        if (all.executeStep())
            for (int i = 0; i < all.getColumnCount(); ++i) out += all.getColumn(i).getString() + "|";
        return out;
    }

    void apply(const CampaignId& id, Claim on, DeliveryEvent event) {
        switch (event) {
            case DeliveryEvent::skip:
            case DeliveryEvent::defer:
                EXPECT_TRUE(run(deliveries().plan({{on, event, {}, "why", start + 1s}}, start)));
                break;
            case DeliveryEvent::intend:
                EXPECT_TRUE(run(deliveries().plan({{on, event, ContactId{"x"}, {}, {}}}, start)));
                EXPECT_TRUE(run(deliveries().intend(on, start)));
                break;
            case DeliveryEvent::withdraw:
            case DeliveryEvent::accept:
            case DeliveryEvent::reject:
            case DeliveryEvent::refuse:
            case DeliveryEvent::lose:
                settle(on, event, "why");
                break;
            case DeliveryEvent::cancel:
                EXPECT_TRUE(change(id, CampaignEvent::cancel));
                break;
            case DeliveryEvent::requeue:
                EXPECT_TRUE(run(campaigns().retry(
                    caller(), id, {all_delivery_states.begin(), all_delivery_states.end()}, start, {})));
                break;
            case DeliveryEvent::confirm:
            case DeliveryEvent::deny:
                (void)run(store->records().resolve(
                    caller(),
                    {on.number,
                     event == DeliveryEvent::confirm ? Resolution::accepted : Resolution::not_sent,
                     {},
                     start},
                    {}, {}));
                break;
            case DeliveryEvent::expire:
                raw().exec(fmt::format("UPDATE campaigns SET expires_at = {}", start.time_since_epoch().count()));
                EXPECT_TRUE(change(id, CampaignEvent::expire));
                break;
        }
    }
};

TEST_F(Protocol, EveryTupleDoesWhatTheTableOfTheDomainSays) {
    for (const auto state : all_delivery_states)
        for (const auto event : all_delivery_events) {
            SCOPED_TRACE(fmt::format("{} event {}", name(state), static_cast<int>(event)));
            const auto id = one_row_in(state);
            const auto number = row(id).number;
            const auto before = dump(number);
            // The loop holds what may be held; any other row it knows by its last intent only.
            const auto held = claim(1, start + 1s);
            apply(id, held.empty() ? Claim{number, 1} : held[0].claim, event);
            const auto expected = next_state(state, event);
            EXPECT_EQ(name(row(id).state), name(expected.value_or(state)));
            if (!expected) {
                EXPECT_EQ(dump(number), before);
            }
            expect_counts_are_rows(id);
            // out of the way of the next claim
            raw().exec("UPDATE campaigns SET state = 'cancelled', expires_at = NULL");
        }
}

TEST_F(Protocol, PlanAndSettleAcceptOnlyTheirOwnEvents) {
    const auto id = campaign(1);
    const auto on = ready("x");
    for (const auto event : {DeliveryEvent::expire, DeliveryEvent::cancel, DeliveryEvent::accept})
        EXPECT_TRUE(run(deliveries().plan({{on, event, {}, {}, {}}}, start)).value().empty());
    for (const auto event : all_delivery_events) EXPECT_FALSE(settle(on, event));
    EXPECT_EQ(row(id).state, DeliveryState::queued);
    EXPECT_TRUE(intend(on));
}

TEST_F(Protocol, AnOlderClaimMatchesNothing) {
    const auto id = campaign(1);
    const auto first = ready("x");
    ASSERT_TRUE(run(deliveries().release({first})));
    const auto second = ready("x");
    ASSERT_EQ(second.number, first.number);
    ASSERT_GT(second.claim, first.claim);

    EXPECT_FALSE(intend(first));
    EXPECT_TRUE(run(deliveries().plan({{first, DeliveryEvent::skip, {}, "late", {}}}, start)).value().empty());
    ASSERT_TRUE(run(deliveries().release({first})));
    EXPECT_EQ(row(id).state, DeliveryState::queued);

    EXPECT_TRUE(intend(second));
    EXPECT_FALSE(intend(second));
    EXPECT_FALSE(settle(first, DeliveryEvent::accept));
    EXPECT_TRUE(settle(second, DeliveryEvent::accept));
    EXPECT_FALSE(settle(second, DeliveryEvent::accept));
}

TEST_F(Protocol, APauseBetweenClaimAndIntentTakesTheRowBack) {
    const auto id = campaign(2);
    const auto held = ready("x");
    ASSERT_TRUE(change(id, CampaignEvent::pause));
    EXPECT_EQ(row(id).state, DeliveryState::queued);
    EXPECT_FALSE(intend(held));
    EXPECT_TRUE(claim(10).empty());
    ASSERT_TRUE(change(id, CampaignEvent::resume));
    EXPECT_FALSE(intend(held));
    EXPECT_EQ(claim(10).size(), 2u);
    expect_counts_are_rows(id);
}

TEST_F(Protocol, NoIntentCommitsUnlessTheCampaignRuns) {
    campaign(1);
    for (const auto* state : {"paused", "cancelled", "draft"}) {
        raw().exec("UPDATE campaigns SET state = 'running'");
        const auto held = ready("x");
        raw().exec(fmt::format("UPDATE campaigns SET state = '{}'", state));  // nobody took the claim back
        EXPECT_FALSE(intend(held)) << state;
    }
    raw().exec("UPDATE campaigns SET state = 'running'");
    EXPECT_TRUE(intend(ready("x")));
}

TEST_F(Protocol, NoClaimAndNoIntentCommitsFromTheExpiryOn) {
    const auto id = campaign(3);
    const auto early = ready("x");
    const auto late = ready("y");
    raw().exec(fmt::format("UPDATE campaigns SET expires_at = {}", (start + 1s).time_since_epoch().count()));
    EXPECT_TRUE(intend(early, start + 999ms));
    EXPECT_FALSE(intend(late, start + 1s));
    EXPECT_TRUE(claim(1, start + 1s).empty());
    EXPECT_EQ(claim(1, start + 999ms).size(), 1u);
    ASSERT_TRUE(change(id, CampaignEvent::expire, start + 1s));
    EXPECT_EQ(get(id).counts[DeliveryState::expired], 2);
    EXPECT_EQ(get(id).state, CampaignState::running);  // until what is in flight has ended
    EXPECT_TRUE(settle(early, DeliveryEvent::withdraw, "not_executed", start + 2s));
    EXPECT_EQ(row(id).state, DeliveryState::expired);
    EXPECT_EQ(get(id).state, CampaignState::completed);
    expect_counts_are_rows(id);
}

TEST_F(Protocol, ARowWithdrawnAfterACancelEndsCancelled) {
    const auto id = campaign(2);
    const auto held = sent("x");
    ASSERT_TRUE(change(id, CampaignEvent::cancel));
    EXPECT_EQ(get(id).counts[DeliveryState::inflight], 1);
    EXPECT_TRUE(settle(held, DeliveryEvent::withdraw, "not_executed"));
    EXPECT_EQ(get(id).counts[DeliveryState::cancelled], 2);
    expect_counts_are_rows(id);
}

TEST_F(Protocol, WithdrawKeepsWhatTheNextAttemptMustKnow) {
    const auto id = campaign(1);
    Settlement s;
    s.claim = sent("x");
    s.event = DeliveryEvent::withdraw;
    s.charge = false;
    s.throttled = true;
    s.forget_contact = true;
    s.not_before = start + 10s;
    s.at = start;
    ASSERT_TRUE(run(deliveries().settle(s)).value());
    EXPECT_EQ(row(id).attempts, 0);
    EXPECT_EQ(row(id).contact, std::nullopt);
    EXPECT_EQ(row(id).not_before, start + 10s);
    EXPECT_TRUE(claim(1, start + 9999ms).empty());

    const auto again = claim(1, start + 10s);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again[0].throttled, 1);
    EXPECT_EQ(again[0].attempts, 0);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM attempts WHERE event = 'withdraw'"), 1);
}

TEST_F(Protocol, AChargedWithdrawalCounts) {
    const auto id = campaign(1);
    ASSERT_TRUE(settle(sent("x"), DeliveryEvent::withdraw, "not_executed"));
    EXPECT_EQ(row(id).attempts, 1);
    EXPECT_EQ(claim(1).at(0).attempts, 1);
}

TEST_F(Protocol, ADeferredRowComesFirstWhenItIsDue) {
    const auto id = campaign(3);
    const auto first = claim(1).at(0);
    ASSERT_TRUE(run(deliveries().plan({{first.claim, DeliveryEvent::defer, {}, {}, start + 1min}}, start)));
    EXPECT_EQ(row(id).state, DeliveryState::deferred);
    const auto second = claim(1).at(0);
    EXPECT_EQ(second.ref.value, "client_1");
    const auto due = claim(2, start + 1min);
    ASSERT_EQ(due.size(), 2u);
    EXPECT_EQ(due[0].ref.value, "client_0");
    EXPECT_EQ(due[0].lookups, 1);
    EXPECT_EQ(due[0].variables, (Variables{{"first_name", "Ann 0"}}));
}

TEST_F(Protocol, TwoRowsOfOnePersonAreOneMessage) {
    const auto id = campaign(4);
    const auto rows = claim(4);
    const auto planned =
        run(deliveries().plan({{rows[0].claim, DeliveryEvent::intend, ContactId{"x"}, {}, {}},
                               {rows[1].claim, DeliveryEvent::intend, ContactId{"x"}, {}, {}},
                               {rows[2].claim, DeliveryEvent::skip, ContactId{"y"}, "unsubscribed", {}},
                               {rows[3].claim, DeliveryEvent::intend, ContactId{"y"}, {}, {}}},
                              start));
    EXPECT_EQ(planned.value(), std::vector{rows[0].claim});
    EXPECT_EQ(row(id, 1).reason, "duplicate");
    EXPECT_EQ(row(id, 1).contact, ContactId{"x"});
    EXPECT_EQ(row(id, 2).reason, "unsubscribed");
    EXPECT_EQ(row(id, 3).reason, "duplicate");
    expect_counts_are_rows(id);
}

TEST_F(Protocol, ARowPlannedAgainForItsOwnContactIsNoDuplicate) {
    campaign(1);
    ASSERT_TRUE(settle(sent("x"), DeliveryEvent::withdraw));
    EXPECT_TRUE(intend(ready("x")));
}

TEST_F(Protocol, TheSamePersonInAnotherCampaignIsNoDuplicate) {
    campaign(1);
    campaign(1);
    EXPECT_TRUE(intend(ready("x")));
    EXPECT_TRUE(intend(ready("x")));
}

TEST_F(Protocol, ALateAnswerTurnsALossIntoAnAcceptance) {
    const auto id = campaign(1);
    const auto held = sent("x");
    ASSERT_TRUE(settle(held, DeliveryEvent::lose, "timeout"));
    EXPECT_EQ(get(id).state, CampaignState::completed_with_losses);
    EXPECT_EQ(row(id).reason, "timeout");
    ASSERT_TRUE(settle(held, DeliveryEvent::accept));
    EXPECT_EQ(get(id).state, CampaignState::completed);
    EXPECT_EQ(row(id).reason, "");
    expect_counts_are_rows(id);
}

TEST_F(Protocol, ClaimsAreSharedEquallyBetweenCampaigns) {
    const auto big = campaign(100);
    const auto small = campaign(3);
    const auto other = campaign(100);
    campaign(100, true, {"other"});
    const auto rows = claim(31);
    ASSERT_EQ(rows.size(), 31u);
    const auto of = [&](const CampaignId& id) {
        return std::ranges::count_if(rows, [&](const auto& r) { return r.campaign == id; });
    };
    EXPECT_EQ(of(small), 3);
    EXPECT_EQ(of(big), 14);
    EXPECT_EQ(of(other), 14);
    EXPECT_NE(rows[0].campaign, rows[1].campaign);  // in turns
}

TEST_F(Protocol, AWorkspaceClaimsItsOwnRowsOnly) {
    campaign(2);
    const auto theirs = campaign(2, true, {"other"});
    EXPECT_EQ(claim(10).size(), 2u);
    EXPECT_FALSE(run(deliveries().has_work({"nobody"})).value());
    const auto rows = run(deliveries().claim({"other"}, 10, {}, start)).value();
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].campaign, theirs);
}

TEST_F(Protocol, MoreCampaignsThanRowsTakeTurns) {
    std::set<CampaignId> served;
    for (int i = 0; i < 5; ++i) campaign(10);
    for (int i = 0; i < 5; ++i) served.insert(claim(1).at(0).campaign);
    EXPECT_EQ(served.size(), 5u);
}

TEST_F(Protocol, HasWorkUntilTheLastRowIsSettled) {
    EXPECT_FALSE(run(deliveries().has_work(workspace)).value());
    campaign(1);
    EXPECT_TRUE(run(deliveries().has_work(workspace)).value());
    const auto held = sent("x");
    EXPECT_TRUE(run(deliveries().has_work(workspace)).value());
    settle(held, DeliveryEvent::accept);
    EXPECT_FALSE(run(deliveries().has_work(workspace)).value());
}

}  // namespace
}  // namespace herald::test
