#include "adapters/store/sqlite/source_text.hpp"
#include "tests/store/store_fixture.hpp"

namespace herald {
namespace {

class AudienceSources : public test::StoreTest {
 protected:
    AudienceStore& audiences() { return store->sources(); }

    CampaignId with_sources(std::vector<AudienceQuery> queries, int named = 0, bool launch = true) {
        auto c = draft("cmp_s" + std::to_string(++made_));
        for (auto& query : queries) c.sources.push_back({.query = std::move(query)});
        const auto id = c.id;
        EXPECT_TRUE(run(campaigns().create(caller(), std::move(c), people(named), launch, "hash", {})));
        return id;
    }
    std::optional<OpenSource> next(std::int64_t last = 0) {
        return run(audiences().next_source(workspace, last)).value();
    }
    static Contact contact(const std::string& id) {
        Contact out;
        out.id.value = id;
        out.email = id + "@x.org";
        return out;
    }
    bool append(const OpenSource& source, std::vector<std::string> ids, std::optional<std::string> next) {
        LoadedPage page{source.number, source.cursor, {}, std::move(next)};
        for (const auto& id : ids) page.contacts.push_back(contact(id));
        return run(audiences().append_page(workspace, std::move(page), start)).value();
    }

    static inline const AudienceQuery segment = SegmentId{"56203d253cba4c8e1b000001"};
    static inline const AudienceQuery filter = Filter::all(
        {Filter::where("tier", FilterOp::in, {std::string("a"), std::string("b")}),
         Filter::any({Filter::where("vip", FilterOp::eq, {true}), Filter::where("balance", FilterOp::gt, {1.5}),
                      Filter::where("orders", FilterOp::lt, {std::int64_t{3}})})});

 private:
    int made_{};
};

TEST_F(AudienceSources, WhatIsStoredIsWhatWasGiven) {
    for (const auto& query : {segment, filter}) {
        const auto text = sqlite::to_text(query);
        EXPECT_EQ(sqlite::to_query(text.kind, text.spec), query);
    }
    const auto id = with_sources({segment, filter}, 1);
    const auto stored = get(id);
    ASSERT_EQ(stored.sources.size(), 2U);
    EXPECT_EQ(stored.sources[0].query, segment);
    EXPECT_EQ(stored.sources[1].query, filter);
    EXPECT_EQ(stored.sources[1].state, SourceState::pending);
    EXPECT_EQ(run(campaigns().list(workspace, CampaignQuery{})).value().at(0).sources, stored.sources);
}

TEST_F(AudienceSources, APageAddsItsContactsAndMovesTheCursorAtOnce) {
    const auto id = with_sources({segment}, 1);
    ASSERT_TRUE(append(*next(), {"a", "b"}, "x"));
    EXPECT_EQ(next()->cursor, "x");
    EXPECT_EQ(next()->pages, 1);
    const auto now = get(id);
    EXPECT_EQ(now.counts[DeliveryState::queued], 3);
    EXPECT_EQ(now.sources[0].found, 2);
    EXPECT_EQ(now.sources[0].added, 2);
    EXPECT_EQ(row(id, 1).ref, (ContactRef{ContactRef::Kind::id, "a"}));
    EXPECT_EQ(row(id, 2).position, 2);
    expect_counts_are_rows(id);
    const auto remembered =
        run(store->contacts().recall(workspace, {{ContactRef::Kind::id, "b"}}, start)).value().at(0);
    EXPECT_EQ(remembered, contact("b"));
}

TEST_F(AudienceSources, WhoIsShownTwiceIsAddedOnce) {
    const auto id = with_sources({segment, filter});
    ASSERT_TRUE(append(*next(), {"a", "b"}, "x"));
    ASSERT_TRUE(append(*next(), {"b", "c"}, std::nullopt));
    ASSERT_TRUE(append(*next(), {"c", "d", "d"}, std::nullopt));
    const auto now = get(id);
    EXPECT_EQ(now.counts.audience(), 4);
    EXPECT_EQ(now.sources[0].found, 4);
    EXPECT_EQ(now.sources[0].added, 3);
    EXPECT_EQ(now.sources[1].found, 3);
    EXPECT_EQ(now.sources[1].added, 1);
    expect_counts_are_rows(id);
}

TEST_F(AudienceSources, APageThatWasReadBehindAnotherCursorIsDropped) {
    const auto id = with_sources({segment});
    const auto first = *next();
    ASSERT_TRUE(append(first, {"a"}, "x"));
    EXPECT_FALSE(append(first, {"b"}, "y"));
    EXPECT_EQ(get(id).counts.audience(), 1);
    EXPECT_EQ(next()->cursor, "x");
}

TEST_F(AudienceSources, ARestartReadsOnWhereTheCursorIs) {
    const auto id = with_sources({segment});
    ASSERT_TRUE(append(*next(), {"a"}, "x"));
    restart();
    EXPECT_EQ(next()->cursor, "x");
    ASSERT_TRUE(append(*next(), {"b"}, std::nullopt));
    EXPECT_EQ(get(id).counts.audience(), 2);
}

TEST_F(AudienceSources, OnlyRunningCampaignsAreLoaded) {
    const auto id = with_sources({segment}, 0, false);
    EXPECT_FALSE(next());
    ASSERT_TRUE(change(id, CampaignEvent::launch)) << "there may be somebody in the segment";
    ASSERT_TRUE(next());
    const auto source = *next();
    ASSERT_TRUE(change(id, CampaignEvent::pause));
    EXPECT_FALSE(next());
    EXPECT_FALSE(append(source, {"a"}, "x"));
    EXPECT_EQ(get(id).counts.audience(), 0);
    ASSERT_TRUE(change(id, CampaignEvent::resume));
    EXPECT_TRUE(append(*next(), {"a"}, "x"));
    ASSERT_TRUE(change(id, CampaignEvent::cancel));
    EXPECT_FALSE(next());
}

TEST_F(AudienceSources, ACampaignIsNotCompleteWhileASourceIsOpen) {
    const auto id = with_sources({segment}, 1);
    settle(sent("c"), DeliveryEvent::accept);
    EXPECT_EQ(get(id).state, CampaignState::running);
    restart();
    EXPECT_EQ(get(id).state, CampaignState::running);
    ASSERT_TRUE(append(*next(), {}, std::nullopt));
    EXPECT_EQ(get(id).state, CampaignState::completed);
    EXPECT_EQ(get(id).sources[0].state, SourceState::done);
}

TEST_F(AudienceSources, ASourceWithoutAnybodyCompletesAnEmptyCampaign) {
    const auto id = with_sources({segment});
    EXPECT_EQ(get(id).state, CampaignState::running);
    ASSERT_TRUE(append(*next(), {}, std::nullopt));
    const auto now = get(id);
    EXPECT_EQ(now.state, CampaignState::completed);
    EXPECT_EQ(now.counts.audience(), 0);
    EXPECT_EQ(now.sources[0].found, 0);
}

TEST_F(AudienceSources, ARefusalPausesAndAResumeBeginsAnew) {
    const auto id = with_sources({segment}, 1);
    ASSERT_TRUE(append(*next(), {"a"}, "x"));
    const auto held = ready("c-0");
    ASSERT_TRUE(run(audiences().refuse_source(workspace, next()->number, "gone", start)).value());
    auto now = get(id);
    EXPECT_EQ(now.state, CampaignState::paused);
    EXPECT_EQ(now.paused_for, PauseReason::audience_refused);
    EXPECT_EQ(now.sources[0].state, SourceState::refused);
    EXPECT_EQ(now.sources[0].reason, "gone");
    EXPECT_FALSE(intend(held));
    EXPECT_FALSE(next());
    ASSERT_TRUE(change(id, CampaignEvent::resume));
    ASSERT_TRUE(next());
    EXPECT_FALSE(next()->cursor);
    now = get(id);
    EXPECT_EQ(now.sources[0].found, 0);
    EXPECT_EQ(now.sources[0].added, 1) << "who was added stays";
    EXPECT_EQ(now.sources[0].reason, "");
    expect_counts_are_rows(id);
}

TEST_F(AudienceSources, NobodyIsAddedToAnExpiredCampaign) {
    using std::chrono::hours;
    auto c = draft("cmp_x");
    c.expires_at = start + hours(1);
    c.sources.push_back({.query = segment});
    ASSERT_TRUE(run(campaigns().create(caller(), std::move(c), people(0), true, "hash", {})));
    const auto source = *next();
    ASSERT_TRUE(change({"cmp_x"}, CampaignEvent::expire, start + hours(1)));
    EXPECT_FALSE(next());
    EXPECT_FALSE(append(source, {"a"}, std::nullopt));
    const auto now = get({"cmp_x"});
    EXPECT_EQ(now.state, CampaignState::completed);
    EXPECT_EQ(now.sources[0].state, SourceState::done);
    EXPECT_EQ(now.sources[0].reason, "the campaign expired first");
}

TEST_F(AudienceSources, ADeletedDraftTakesItsSourcesAlong) {
    const auto id = with_sources({segment, filter}, 1, false);
    ASSERT_TRUE(run(campaigns().remove(caller(), id, {}, start, {})));
    while (run(store->upkeep().sweep(start)).value_or(false)) {
    }
    EXPECT_EQ(raw_integer("SELECT count(*) FROM audience_sources"), 0);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM campaigns"), 0);
}

TEST_F(AudienceSources, ASourceIsRestartedFromItsFirstPage) {
    const auto id = with_sources({segment});
    ASSERT_TRUE(append(*next(), {"a", "b"}, "x"));
    ASSERT_TRUE(run(audiences().restart_source(workspace, next()->number)).value());
    EXPECT_FALSE(next()->cursor);
    EXPECT_TRUE(next()->restarted);
    ASSERT_TRUE(append(*next(), {"a", "b", "c"}, std::nullopt));
    EXPECT_EQ(get(id).sources[0].found, 3);
    EXPECT_EQ(get(id).sources[0].added, 3);
}

TEST_F(AudienceSources, SourcesTakeTurns) {
    with_sources({segment, filter});
    with_sources({segment});
    EXPECT_EQ(next(0)->number, 1);
    EXPECT_EQ(next(1)->number, 2);
    EXPECT_EQ(next(2)->number, 3);
    EXPECT_EQ(next(3)->number, 1);
    EXPECT_FALSE(run(audiences().next_source({"other"}, 0)).value());
}

TEST_F(AudienceSources, WhoWasNamedAndIsInTheSegmentGetsOneMessage) {
    const auto id = with_sources({segment}, 1);
    ASSERT_TRUE(append(*next(), {"c-0"}, std::nullopt));
    settle(sent("c-0"), DeliveryEvent::accept);
    const auto claimed = claim(1).at(0).claim;
    ASSERT_TRUE(run(deliveries().plan({{claimed, DeliveryEvent::intend, ContactId{"c-0"}, {}, {}}}, start))->empty());
    EXPECT_EQ(row(id, 1).reason, "duplicate");
    EXPECT_EQ(get(id).state, CampaignState::completed);
}

TEST_F(AudienceSources, TheBirthOfAContactIsRememberedWithItsRow) {
    const auto id = campaign(1);
    const auto claimed = claim(1).at(0).claim;
    PlannedDelivery plan{claimed, DeliveryEvent::intend, ContactId{"c"}, {}, {}};
    plan.contact_born = start;
    ASSERT_EQ(run(deliveries().plan({plan}, start))->size(), 1U);
    ASSERT_TRUE(run(deliveries().release({claimed})));
    EXPECT_EQ(claim(1).at(0).contact_born, start);
}

TEST_F(AudienceSources, ASkipKeepsItsDetail) {
    const auto id = campaign(1);
    PlannedDelivery plan{claim(1).at(0).claim, DeliveryEvent::skip, {}, "creation_refused", {}};
    plan.detail = "email is not valid";
    ASSERT_TRUE(run(deliveries().plan({plan}, start)));
    EXPECT_EQ(row(id).detail, "email is not valid");
}

TEST_F(AudienceSources, AnOpenSourceIsWork) {
    with_sources({segment});
    EXPECT_TRUE(run(deliveries().has_work(workspace)).value());
    ASSERT_TRUE(append(*next(), {}, std::nullopt));
    EXPECT_FALSE(run(deliveries().has_work(workspace)).value());
}

}  // namespace
}  // namespace herald
