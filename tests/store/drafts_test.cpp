// Drafts that are edited and deleted.

#include <fmt/format.h>

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class DraftsTest : public StoreTest {
 public:
    Result<Written> edit(Campaign edited, Precondition holds = {}, Idempotency idempotency = {}) {
        const auto in = edited.workspace;
        return run(campaigns().edit(caller(in), std::move(edited), std::move(holds), start, std::move(idempotency)));
    }
    Result<Written> remove(const CampaignId& id, Precondition holds = {}, Idempotency idempotency = {}) {
        return run(campaigns().remove(caller(), id, std::move(holds), start, std::move(idempotency)));
    }
    int sweep_all() {
        int slices = 0;
        while (run(store->upkeep().sweep(start)).value()) ++slices;
        return slices;
    }
    static Idempotency keyed(std::string answer) {
        return {"scope", "key", "hash", [answer](const Campaign&, bool) { return answer; }, start + 24h};
    }
};

TEST_F(DraftsTest, WhatWasEditedIsWhatIsRead) {
    const auto id = campaign(2, false);
    auto before = get(id);
    auto edited = before;
    edited.name = "Day 2";
    edited.channel = Channel::in_app;
    edited.template_type = "custom";
    edited.subject = {};
    edited.body = {Body::Format::text, "Hello"};
    edited.style = Style::plain;
    edited.sender = {7, {}, true};
    edited.variables = {{"a", "b"}};
    edited.track_event = false;
    edited.max_per_minute = 60;
    edited.metadata = {};
    edited.created_by = {};
    const auto written = edit(edited).value();
    edited.version = before.version + 1;
    EXPECT_EQ(written.campaign, edited);
    EXPECT_EQ(get(id), edited);
    expect_counts_are_rows(id);
}

TEST_F(DraftsTest, AnEditChangesNeitherIdentityNorStateNorClientRef) {
    auto c = draft("cmp_1");
    c.client_ref = "ref";
    ASSERT_TRUE(run(campaigns().create(caller(), c, people(1), false, "hash", {})));
    auto edited = c;
    edited.client_ref = "other";
    edited.state = CampaignState::running;
    edited.created_at += 1h;
    const auto after = edit(edited).value().campaign;
    EXPECT_EQ(after.client_ref, "ref");
    EXPECT_EQ(after.state, CampaignState::draft);
    EXPECT_EQ(after.created_at, c.created_at);
    // The creation is still the creation of this campaign.
    EXPECT_TRUE(run(campaigns().create(caller(), c, people(1), false, "hash", {}))->existed);
}

TEST_F(DraftsTest, OnlyDraftsAreEditedAndDeleted) {
    for (const auto state : {CampaignState::running, CampaignState::paused, CampaignState::completed,
                             CampaignState::completed_with_losses, CampaignState::cancelled}) {
        const auto id = campaign(1, false);
        raw().exec(fmt::format("UPDATE campaigns SET state = '{}' WHERE id = '{}'", name(state), id.value));
        EXPECT_EQ(edit(get(id)).error(), may_be_edited(state).error()) << name(state);
        EXPECT_EQ(remove(id).error(), may_be_deleted(state).error()) << name(state);
        EXPECT_EQ(get(id).version, 1);
    }
    EXPECT_EQ(edit(draft("cmp_none")).error().code, Errc::not_found);
    EXPECT_EQ(remove({"cmp_none"}).error().code, Errc::not_found);
    const auto foreign = campaign(1, false, {"other"});
    EXPECT_EQ(remove(foreign).error().code, Errc::not_found);
}

TEST_F(DraftsTest, ThePaceOfACampaignIsChangedUntilItEnds) {
    const auto id = campaign(1);
    const auto pace = [&](std::optional<std::int64_t> max_per_minute, bool holds = true) {
        return run(
            campaigns().pace(caller(), id, max_per_minute, [holds](const Campaign&) { return holds; }, start, {}));
    };
    const auto before = get(id).version;
    ASSERT_EQ(pace(60).value().campaign.max_per_minute, 60);
    EXPECT_EQ(get(id).max_per_minute, 60);
    EXPECT_EQ(get(id).version, before + 1);
    restart();
    EXPECT_EQ(claim(1).at(0).max_per_minute, 60);
    EXPECT_EQ(pace(30, false).error().code, Errc::stale);
    EXPECT_EQ(get(id).max_per_minute, 60);
    ASSERT_TRUE(pace(std::nullopt));
    EXPECT_EQ(get(id).max_per_minute, std::nullopt);
    ASSERT_TRUE(change(id, CampaignEvent::cancel));
    EXPECT_EQ(pace(1).error(), may_be_paced(CampaignState::cancelled).error());
    EXPECT_EQ(
        run(campaigns().pace(caller(), {"cmp_none"}, 1, [](const Campaign&) { return true; }, start, {})).error().code,
        Errc::not_found);
}

TEST_F(DraftsTest, APreconditionThatDoesNotHoldLeavesEverythingAsItWas) {
    const auto id = campaign(1, false);
    const auto before = get(id);
    auto edited = before;
    edited.name = "other";
    std::int64_t seen = 0;
    const auto fails = [&](const Campaign& c) {
        seen = c.counts.audience();
        return false;
    };
    EXPECT_EQ(edit(edited, fails).error().code, Errc::stale);
    EXPECT_EQ(seen, 1);
    EXPECT_EQ(remove(id, fails).error().code, Errc::stale);
    EXPECT_EQ(get(id), before);
}

TEST_F(DraftsTest, ADeletedDraftIsGoneAtOnceAndItsRowsFollowInSlices) {
    const auto kept = campaign(3, false);
    auto c = draft("cmp_big");
    c.client_ref = "ref";
    ASSERT_TRUE(run(campaigns().create(caller(), c, people(4'500), false, "hash", {})));
    EXPECT_EQ(remove(c.id)->campaign.counts.audience(), 4'500);
    EXPECT_EQ(run(campaigns().get(workspace, c.id)).error().code, Errc::not_found);
    EXPECT_EQ(run(campaigns().list(workspace, {}))->size(), 1u);
    EXPECT_EQ(remove(c.id).error().code, Errc::not_found);
    EXPECT_EQ(run(campaigns().append_recipients(caller(), c.id, "upload", people(1))).error().code, Errc::not_found);
    // Its name is free again before its rows are gone.
    auto again = draft("cmp_again");
    again.client_ref = "ref";
    ASSERT_TRUE(run(campaigns().create(caller(), again, people(1), false, "other", {})));

    EXPECT_EQ(raw_integer("SELECT count(*) FROM deliveries"), 4'504);
    ASSERT_TRUE(run(store->upkeep().sweep(start)).value());
    EXPECT_EQ(raw_integer("SELECT count(*) FROM deliveries"), 2'504);
    restart();                  // what a crash interrupts goes on
    EXPECT_EQ(sweep_all(), 3);  // two slices, and the campaign itself
    EXPECT_EQ(raw_integer("SELECT count(*) FROM deliveries"), 4);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM campaigns"), 2);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM campaign_counts"), 2);
    expect_counts_are_rows(kept);
    expect_counts_are_rows(again.id);
}

TEST_F(DraftsTest, ARepeatedDeletionIsAnsweredAsTheFirst) {
    const auto id = campaign(1, false);
    EXPECT_FALSE(remove(id, {}, keyed("gone"))->replay);
    sweep_all();
    EXPECT_EQ(remove(id, {}, keyed("other"))->replay, "gone");
}

TEST_F(DraftsTest, ACancelledCampaignSaysSoAtOnceAndItsRowsFollowInSlices) {
    auto c = draft("cmp_big");
    ASSERT_TRUE(run(campaigns().create(caller(), c, people(4'500), true, "hash", {})));
    const auto held = sent("x");
    const auto also_held = ready("y");
    const auto cancelled = change(c.id, CampaignEvent::cancel)->campaign;
    EXPECT_EQ(cancelled.state, CampaignState::cancelled);
    EXPECT_EQ(cancelled.counts[DeliveryState::cancelled], 2'000);
    EXPECT_EQ(cancelled.counts.audience(), 4'500);
    expect_counts_are_rows(c.id);
    EXPECT_FALSE(intend(also_held));
    EXPECT_TRUE(claim(10).empty());
    // A row that comes back between two slices ends with the others.
    ASSERT_TRUE(run(deliveries().release({also_held})));
    ASSERT_TRUE(run(store->upkeep().sweep(start + 1s)).value());
    EXPECT_EQ(get(c.id).counts[DeliveryState::cancelled], 4'000);
    EXPECT_EQ(restart().corrected_campaigns, 0);
    EXPECT_EQ(get(c.id).counts[DeliveryState::unknown], 1);  // what was on the wire when the process ended
    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(get(c.id).counts[DeliveryState::cancelled], 4'499);
    EXPECT_EQ(get(c.id).state, CampaignState::cancelled);
    expect_counts_are_rows(c.id);
    EXPECT_FALSE(settle(held, DeliveryEvent::withdraw));
}

}  // namespace
}  // namespace herald::test
