// Campaigns as people see them: stored, listed, changed, completed.

#include <algorithm>

#include <fmt/format.h>

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class CampaignStoreTest : public StoreTest {
 public:
    std::vector<Campaign> list(CampaignQuery query, const WorkspaceId& in = workspace) {
        return run(campaigns().list(in, std::move(query))).value();
    }
    static std::vector<std::string> ids(const std::vector<Campaign>& page) {
        std::vector<std::string> out;
        for (const auto& c : page) out.push_back(c.id.value);
        return out;
    }
};

TEST_F(CampaignStoreTest, WhatWasStoredIsWhatIsRead) {
    auto c = draft("cmp_1");
    c.client_ref = "ref";
    const auto written = run(campaigns().create(caller(c.workspace), c, people(2), false, "h", {})).value();
    c.counts[DeliveryState::queued] = 2;
    EXPECT_EQ(written.campaign, c);
    EXPECT_FALSE(written.existed);
    EXPECT_EQ(get({"cmp_1"}), c);

    auto bare = draft("cmp_2");
    bare.channel = Channel::in_app;
    bare.subject = {};
    bare.body = {Body::Format::text, "Hi"};
    bare.sender = {};
    bare.variables = {};
    bare.metadata = {};
    bare.created_by = {};
    ASSERT_TRUE(run(campaigns().create(caller(bare.workspace), bare, {}, false, "h", {})));
    EXPECT_EQ(get({"cmp_2"}), bare);
}

TEST_F(CampaignStoreTest, CreateAndLaunchInOneTransaction) {
    const auto id = campaign(3);
    EXPECT_EQ(get(id).state, CampaignState::running);
    EXPECT_EQ(get(id).launched_at, start);
    EXPECT_EQ(changed, std::vector{id});
}

TEST_F(CampaignStoreTest, ADraftWithoutAudienceIsNotLaunched) {
    const auto id = campaign(0, false);
    const auto refused = change(id, CampaignEvent::launch).error();
    EXPECT_EQ(refused.code, Errc::conflict);
    EXPECT_NE(refused.detail.find("without audience"), std::string::npos);
    EXPECT_EQ(get(id).state, CampaignState::draft);
}

TEST_F(CampaignStoreTest, EveryChangeFollowsTheTableOfTheDomain) {
    for (const auto from : {CampaignState::draft, CampaignState::scheduled, CampaignState::running,
                            CampaignState::paused, CampaignState::completed, CampaignState::completed_with_losses,
                            CampaignState::cancelled, CampaignState::expired})
        for (const auto event :
             {CampaignEvent::launch, CampaignEvent::schedule, CampaignEvent::pause, CampaignEvent::resume,
              CampaignEvent::cancel, CampaignEvent::start, CampaignEvent::hold, CampaignEvent::expire}) {
            SCOPED_TRACE(fmt::format("{} {}", name(from), name(event)));
            const auto id = campaign(1, false);
            raw().exec(fmt::format("UPDATE campaigns SET state = '{}', scheduled_at = {} WHERE id = '{}'", name(from),
                                   (start - 1s).time_since_epoch().count(), id.value));
            if (from == CampaignState::paused) raw().exec("UPDATE campaigns SET paused_for = 'operator'");
            if (event == CampaignEvent::expire)
                raw().exec(fmt::format("UPDATE campaigns SET expires_at = {}", start.time_since_epoch().count()));
            const auto expected = next_state(from, event);
            const auto done = event == CampaignEvent::schedule
                                  ? run(campaigns().launch(caller(), id, {start + 1h, {}, {}}, start, {}))
                                  : run(campaigns().change(caller(), id, event, PauseReason::late, start, {}));
            ASSERT_EQ(done.has_value(), expected.has_value());
            if (!expected) {
                EXPECT_EQ(done.error(), expected.error());
            }
            auto state = expected.value_or(from);
            auto version = expected ? 2 : 1;
            if (expected && event == CampaignEvent::expire && from != CampaignState::scheduled) {
                state = CampaignState::completed;  // its only row has expired
                ++version;
            }
            EXPECT_EQ(name(get(id).state), name(state));
            EXPECT_EQ(get(id).version, version);
            EXPECT_EQ(get(id).paused_for.has_value(),
                      state == CampaignState::paused && (expected.has_value() || from == CampaignState::paused));
            expect_counts_are_rows(id);
        }
    EXPECT_EQ(change({"cmp_none"}, CampaignEvent::pause).error().code, Errc::not_found);
    EXPECT_EQ(change(campaign(1), CampaignEvent::complete).error().code, Errc::invalid_argument);
    EXPECT_EQ(change(campaign(1, false), CampaignEvent::schedule).error().code, Errc::invalid_argument);
}

TEST_F(CampaignStoreTest, CancelEndsEveryRowThatIsNotOnTheWire) {
    const auto id = campaign(5);
    const auto on_wire = sent("x");
    const auto rows = claim(2);
    ASSERT_TRUE(run(deliveries().plan({{rows[0].claim, DeliveryEvent::defer, {}, {}, start + 1h}}, start)));
    const auto after = change(id, CampaignEvent::cancel, start + 1s)->campaign;
    EXPECT_EQ(after.counts[DeliveryState::cancelled], 4);
    EXPECT_EQ(after.counts[DeliveryState::inflight], 1);
    EXPECT_EQ(after.finished_at, start + 1s);
    EXPECT_TRUE(settle(on_wire, DeliveryEvent::accept));
    EXPECT_EQ(get(id).counts[DeliveryState::accepted], 1);
    EXPECT_EQ(get(id).state, CampaignState::cancelled);
    expect_counts_are_rows(id);
}

TEST_F(CampaignStoreTest, TheLastOutcomeCompletesRunningAndPausedCampaigns) {
    const auto good = campaign(1);
    ASSERT_TRUE(settle(sent("x"), DeliveryEvent::accept, {}, start + 1s));
    EXPECT_EQ(get(good).state, CampaignState::completed);
    EXPECT_EQ(get(good).finished_at, start + 1s);
    EXPECT_EQ(get(good).version, 2);

    const auto bad = campaign(1);
    const auto held = sent("x");
    ASSERT_TRUE(change(bad, CampaignEvent::pause));
    EXPECT_EQ(get(bad).state, CampaignState::paused);
    ASSERT_TRUE(settle(held, DeliveryEvent::reject, "content_rejected"));
    EXPECT_EQ(get(bad).state, CampaignState::completed_with_losses);
    EXPECT_EQ(get(bad).paused_for, std::nullopt);

    const auto skipped = campaign(1);
    const auto row = claim(1).at(0).claim;
    ASSERT_TRUE(run(deliveries().plan({{row, DeliveryEvent::skip, {}, "not_found", {}}}, start)));
    EXPECT_EQ(get(skipped).state, CampaignState::completed);
}

TEST_F(CampaignStoreTest, CountersThatLieDoNotComplete) {
    const auto id = campaign(2);
    raw().exec("UPDATE campaign_counts SET queued = 1");
    ASSERT_TRUE(settle(sent("x"), DeliveryEvent::accept));
    EXPECT_EQ(get(id).state, CampaignState::running);
    expect_counts_are_rows(id);
}

TEST_F(CampaignStoreTest, PagesDoNotShiftUnderInserts) {
    for (int i = 1; i <= 5; ++i) campaign(0, false);
    EXPECT_EQ(ids(list({{}, {}, 2, {}, false})), (std::vector<std::string>{"cmp_0005", "cmp_0004"}));
    campaign(0, false);
    EXPECT_EQ(ids(list({{}, {}, 2, CampaignId{"cmp_0004"}, false})),
              (std::vector<std::string>{"cmp_0003", "cmp_0002"}));
    EXPECT_EQ(ids(list({{}, {}, 2, CampaignId{"cmp_0005"}, true})), (std::vector<std::string>{"cmp_0006"}));
    EXPECT_EQ(list({CampaignState::running, {}, 50, {}, false}).size(), 0u);
    EXPECT_EQ(list({CampaignState::draft, {}, 50, {}, true}).size(), 6u);
}

TEST_F(CampaignStoreTest, DeliveriesByPositionStateAndReason) {
    const auto id = campaign(6);
    const auto rows = claim(4);
    ASSERT_TRUE(run(deliveries().plan({{rows[0].claim, DeliveryEvent::skip, {}, "not_found", {}},
                                       {rows[2].claim, DeliveryEvent::skip, {}, "blocked", {}},
                                       {rows[3].claim, DeliveryEvent::skip, {}, "not_found", {}}},
                                      start)));
    const auto positions = [&](DeliveryQuery query) {
        std::vector<std::int64_t> out;
        query.campaign = id;
        for (const auto& record : run(campaigns().deliveries(workspace, query)).value()) out.push_back(record.position);
        return out;
    };
    using Positions = std::vector<std::int64_t>;
    EXPECT_EQ(positions({{}, {}, {}, 50, {}}), (Positions{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(positions({{}, {}, {}, 2, 1}), (Positions{2, 3}));
    EXPECT_EQ(positions({{}, DeliveryState::skipped, {}, 50, {}}), (Positions{0, 2, 3}));
    EXPECT_EQ(positions({{}, DeliveryState::skipped, {}, 50, 0}), (Positions{2, 3}));
    EXPECT_EQ(positions({{}, {}, "not_found", 50, {}}), (Positions{0, 3}));
    EXPECT_EQ(positions({{}, DeliveryState::rejected, "not_found", 50, {}}), (Positions{}));
    EXPECT_EQ(run(campaigns().reasons(workspace, id)).value().size(), 2u);
    EXPECT_EQ(run(campaigns().deliveries(workspace, {{"cmp_none"}, {}, {}, 1, {}})).error().code, Errc::not_found);
}

TEST_F(CampaignStoreTest, AWorkspaceSeesOnlyItsOwn) {
    const auto id = campaign(1, true, {"other"});
    EXPECT_EQ(run(campaigns().get(workspace, id)).error().code, Errc::not_found);
    EXPECT_TRUE(list({}).empty());
    EXPECT_EQ(list({}, {"other"}).size(), 1u);
    EXPECT_EQ(run(campaigns().deliveries(workspace, {id, {}, {}, 1, {}})).error().code, Errc::not_found);
    EXPECT_EQ(run(campaigns().reasons(workspace, id)).error().code, Errc::not_found);
    EXPECT_EQ(change(id, CampaignEvent::pause).error().code, Errc::not_found);
    EXPECT_EQ(get(id, {"other"}).state, CampaignState::running);
}

TEST_F(CampaignStoreTest, TheSenderIsVerifiedOnce) {
    const auto id = campaign(1);
    ASSERT_TRUE(run(campaigns().sender_verified(caller(), id, 7, start)));
    ASSERT_TRUE(run(campaigns().sender_verified(caller(), id, 7, start)));
    EXPECT_EQ(get(id).sender.admin_id, 7);
    EXPECT_TRUE(get(id).sender.verified);
    EXPECT_EQ(get(id).version, 2);
    EXPECT_EQ(run(campaigns().sender_verified(caller(), {"cmp_none"}, 7, start)).error().code, Errc::not_found);
}

TEST_F(CampaignStoreTest, EachCommitTellsOfEachCampaignOnce) {
    const auto id = campaign(10);
    std::vector<PlannedDelivery> plans;
    changed.clear();
    for (const auto& row : claim(10)) plans.push_back({row.claim, DeliveryEvent::skip, {}, "blocked", {}});
    EXPECT_TRUE(changed.empty());  // what is in hand is nobody else's concern
    ASSERT_TRUE(run(deliveries().plan(plans, start)));
    EXPECT_EQ(changed, std::vector{id});
    ASSERT_TRUE(run(deliveries().plan(plans, start)));
    EXPECT_EQ(changed.size(), 1u);  // nothing changed
}

}  // namespace
}  // namespace herald::test
