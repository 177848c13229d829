#include "domain/campaign/forecast.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

using namespace std::chrono_literals;
using Counts = std::map<std::string, std::int64_t>;

class ForecastTest : public ::testing::Test {
 protected:
    static constexpr WallTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}};

    ForecastTest() {
        campaign.channel = Channel::email;
        campaign.track_event = true;
        campaign.subject = "Hi {{ name }}";
        campaign.body = {Body::Format::html, "<p>{{ text | default: \"Hello\" }}</p>"};
    }
    AudienceTally& tally() {
        if (!tally_) {
            content_ = MessageContent::compile(campaign).value();
            tally_.emplace(campaign, content_, PlanRules{}, now);
        }
        return *tally_;
    }
    static AudienceMember member(const std::string& ref, Variables variables = {}, bool repeated = false) {
        return {0, {ContactRef::Kind::external_id, ref}, std::move(variables), repeated};
    }
    static Contact contact(const std::string& id) {
        Contact out;
        out.id = {id};
        out.email = id + "@example.com";
        out.attributes = {{"name", id}};
        return out;
    }
    void add(const AudienceMember& who, std::optional<Contact> known) {
        std::optional<Answered> person;
        if (known) person = Answered{{std::move(known), {}}, false};
        tally().add(who, person, samples);
    }

    Campaign campaign;
    SampleMessages samples{2};

 private:
    MessageContent content_;
    std::optional<AudienceTally> tally_;
};

TEST_F(ForecastTest, CountsEverybodyOnce) {
    auto gone = contact("gone");
    gone.unsubscribed_from_emails = true;
    auto nameless = contact("nameless");
    nameless.attributes.clear();
    add(member("a"), contact("a"));
    add(member("g"), gone);
    add(member("n"), nameless);
    add(member("x"), {});
    tally().add(member("m"), Answered{{{}, SkipReason::not_found}, false}, samples);
    tally().add({0, {ContactRef::Kind::email, "new@example.com"}, {}, false},
                Answered{{{}, SkipReason::not_found}, false}, samples);
    const auto& counted = tally().counted();
    EXPECT_EQ(counted.looked_at, 6);
    EXPECT_EQ(counted.ready, 1);
    EXPECT_EQ(counted.skipped, (Counts{{"unsubscribed", 1}, {"missing_variable", 1}, {"not_found", 1}}));
    EXPECT_EQ(counted.look_again, 1);
    EXPECT_EQ(counted.to_look_up, 1);
}

TEST_F(ForecastTest, OnePersonHasOneRowWhateverBecameOfIt) {
    auto gone = contact("gone");
    gone.hard_bounced = true;
    add(member("g1"), gone);
    add(member("g2"), gone);  // by another reference
    add(member("a"), contact("a"));
    add(member("a", {}, true), contact("a"));
    add(member("b", {}, true), contact("b"));  // its first row is in no part that was looked at
    add(member("x"), {});
    add(member("x", {}, true), {});
    EXPECT_EQ(tally().counted().skipped, (Counts{{"bounced", 1}, {"duplicate", 4}}));
    EXPECT_EQ(tally().counted().ready, 1);
    EXPECT_EQ(tally().counted().to_look_up, 1);
}

TEST_F(ForecastTest, AMessageTooLargeForOnePersonIsNotReady) {
    const auto long_text = std::string(largest_body, 'x');
    add(member("a", {{"text", long_text}}), contact("a"));
    add(member("b", {{"text", long_text.substr(20)}}), contact("b"));
    add(member("c"), contact("c"));
    add(member("d", {{"text", long_text}}), contact("d"));  // also when there are enough samples
    EXPECT_EQ(tally().counted().too_large, 2);
    EXPECT_EQ(tally().counted().ready, 2);
}

TEST_F(ForecastTest, ShowsMessagesOfDifferentPeople) {
    add(member("a"), contact("a"));
    add(member("b", {{"name", "Bea"}}), contact("b"));
    add(member("c"), contact("c"));
    const auto shown = samples.take();
    ASSERT_EQ(shown.size(), 2u);
    EXPECT_EQ(shown[0].message.subject, "Hi a");
    EXPECT_EQ(shown[1].ref.value, "b");
    EXPECT_EQ(shown[1].message.subject, "Hi Bea");
    SampleMessages one{5};
    one.add({"a"}, {}, {});
    one.add({"a"}, {}, {});
    EXPECT_EQ(one.take().size(), 1u);
}

TEST_F(ForecastTest, SpreadsPositionsEvenly) {
    EXPECT_EQ(spread(3, 10), (std::vector<std::int64_t>{0, 1, 2}));
    EXPECT_EQ(spread(1'000'000, 4), (std::vector<std::int64_t>{0, 250'000, 500'000, 750'000}));
    EXPECT_EQ(spread(7, 3), (std::vector<std::int64_t>{0, 2, 4}));
    EXPECT_TRUE(spread(0, 3).empty());
}

TEST_F(ForecastTest, EverybodyKnownIsAnExactNumberOfCalls) {
    Tally known;
    known.looked_at = 10;
    known.ready = 7;
    EXPECT_EQ(calls_needed(known, 10, campaign), (CallsNeeded{{0, 0}, {7, 7}, {7, 7}}));
    campaign.track_event = false;
    EXPECT_EQ(calls_needed(known, 10, campaign), (CallsNeeded{{0, 0}, {7, 7}, {0, 0}}));
}

TEST_F(ForecastTest, WhoIsUnknownMakesARange) {
    Tally known;
    known.looked_at = 300;
    known.ready = 40;
    known.to_look_up = 260;
    known.kinds = {ContactRef::Kind::external_id};
    // 260 people: 6 full searches at best; at worst 2 claims of 6 searches each, and an exact look-up for each person
    EXPECT_EQ(calls_needed(known, 300, campaign), (CallsNeeded{{6, 272}, {40, 300}, {40, 300}}));
    // a part of the audience stands for the whole
    EXPECT_EQ(calls_needed(known, 3'000, campaign).messages, (Range{400, 3'000}));
}

TEST_F(ForecastTest, FinishesWhenTheCallsAreOut) {
    const CallsNeeded calls{{10, 20}, {90, 180}, {90, 180}};
    EXPECT_EQ(finish_of(calls, {10, now, 0, {}}), (Finish{now + 10s, now + 38s}));
    EXPECT_EQ(finish_of(calls, {10, now + 60s, 100, {}}), (Finish{now + 70s, now + 108s}));
    // its own pace holds it back, or does not
    EXPECT_EQ(finish_of(calls, {10, now, 0, 60}), (Finish{now + 90s, now + 180s}));
    EXPECT_EQ(finish_of(calls, {10, now, 0, 6'000}), (Finish{now + 10s, now + 38s}));
    EXPECT_EQ(finish_of(calls, {0, now, 0, {}}), std::nullopt);
    EXPECT_EQ(finish_of(calls, {0.000001, now, 0, {}}), std::nullopt);
}

}  // namespace
}  // namespace herald
