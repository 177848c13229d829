#include <fstream>
#include <iterator>

#include "tests/store/store_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;

constexpr auto ann = "6762f2391bb69f9f2193bc19";

class PersonalDataTest : public test::StoreTest {
 protected:
    CampaignId campaign_to(std::vector<Recipient> people, bool launch = true) {
        auto c = draft("cmp_" + std::to_string(++campaigns_made));
        const auto id = c.id;
        EXPECT_TRUE(run(campaigns().create(caller(), std::move(c), std::move(people), launch, "hash", {})));
        return id;
    }
    static Recipient person(ContactRef::Kind kind, const std::string& value) {
        Recipient out;
        out.ref = {kind, value};
        out.variables = {{"first_name", "Anneliese"}};
        return out;
    }
    Result<Erased> erase(std::vector<ContactRef> names) {
        return run(store->people().erase(caller(), std::move(names), "gone", start + 1h));
    }
    // Whether any file of the store holds the text.
    bool held(const std::string& text) {
        for (const auto& file : std::filesystem::directory_iterator(directory)) {
            std::ifstream in(file.path(), std::ios::binary);
            const std::string all{std::istreambuf_iterator<char>(in), {}};
            if (all.contains(text)) return true;
        }
        return false;
    }
    int campaigns_made{};
};

TEST_F(PersonalDataTest, NothingHeldIsNothingErased) {
    EXPECT_EQ(*erase({{ContactRef::Kind::email, "nobody@x.org"}}), Erased{});
}

TEST_F(PersonalDataTest, WhoWasSentIsForgottenAndTheCountsStay) {
    const auto id =
        campaign_to({person(ContactRef::Kind::email, "Ann@X.org"), person(ContactRef::Kind::email, "b@x.org")});
    const auto claim = sent(ann);
    ASSERT_TRUE(settle(claim, DeliveryEvent::accept));
    EXPECT_TRUE(held("Ann@X.org"));
    const auto erased = erase({{ContactRef::Kind::email, "ann@x.ORG"}});
    ASSERT_TRUE(erased);
    EXPECT_EQ(erased->deliveries, 1);
    EXPECT_EQ(erased->cancelled, 0);
    EXPECT_EQ(row(id).ref.kind, ContactRef::Kind::erased);
    EXPECT_EQ(row(id).state, DeliveryState::accepted);
    EXPECT_EQ(row(id, 1).ref.value, "b@x.org");
    expect_counts_are_rows(id);
    for (const auto* text : {"Ann@X.org", "ann@x.org", ann}) EXPECT_FALSE(held(text)) << text;
    EXPECT_TRUE(held("b@x.org"));
}

TEST_F(PersonalDataTest, WhoStillWaitsIsNotSent) {
    const auto id =
        campaign_to({person(ContactRef::Kind::external_id, "c-1"), person(ContactRef::Kind::external_id, "c-2")});
    EXPECT_EQ(erase({{ContactRef::Kind::external_id, "c-1"}})->cancelled, 1);
    EXPECT_EQ(row(id).state, DeliveryState::cancelled);
    const auto claimed = claim(10);
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed.front().ref.value, "c-2");
    expect_counts_are_rows(id);
}

TEST_F(PersonalDataTest, WhoseRowIsInHandUnderANameUnknownHereIsNotSent) {
    const auto id = campaign_to({person(ContactRef::Kind::email, "old@x.org")});
    const auto held = ready(ann);
    EXPECT_EQ(erase({{ContactRef::Kind::id, ann}})->cancelled, 1);
    EXPECT_EQ(row(id).state, DeliveryState::cancelled);
    EXPECT_FALSE(intend(held));
    expect_counts_are_rows(id);
}

TEST_F(PersonalDataTest, AnUploadThatGoesOnDoesNotHoldUpAnErasure) {
    const auto id = campaign_to({person(ContactRef::Kind::external_id, "c-1")});
    const auto grows = campaign(0, false);
    ASSERT_TRUE(run(campaigns().append_recipients(caller(), grows, "upload", people(3))));
    EXPECT_EQ(erase({{ContactRef::Kind::external_id, "c-1"}})->cancelled, 1);
    EXPECT_EQ(get(grows).counts.audience(), 3);
}

TEST_F(PersonalDataTest, OneNameLeadsToTheOthers) {
    Contact contact;
    contact.id = {ann};
    ASSERT_TRUE(run(store->contacts().remember(
        workspace,
        {{{ContactRef::Kind::external_id, "c-1"}, contact}, {{ContactRef::Kind::email, "ann@x.org"}, contact}},
        start)));
    const auto by_email = campaign_to({person(ContactRef::Kind::email, "ann@x.org")});
    const auto by_id = campaign_to({person(ContactRef::Kind::id, ann)});
    EXPECT_EQ(erase({{ContactRef::Kind::external_id, "c-1"}})->deliveries, 2);
    for (const auto* text : {"ann@x.org", ann, "Anneliese"}) EXPECT_FALSE(held(text)) << text;
    expect_counts_are_rows(by_email);
    expect_counts_are_rows(by_id);
}

TEST_F(PersonalDataTest, AMessageOnItsWayIsWaitedFor) {
    const auto id = campaign_to({person(ContactRef::Kind::email, "ann@x.org")});
    const auto claim = sent(ann);
    const auto refused = erase({{ContactRef::Kind::email, "ann@x.org"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_TRUE(refused.error().retry_after);
    EXPECT_EQ(row(id).ref.value, "ann@x.org");
    ASSERT_TRUE(settle(claim, DeliveryEvent::accept));
    EXPECT_TRUE(erase({{ContactRef::Kind::email, "ann@x.org"}}));
}

TEST_F(PersonalDataTest, ARetryLeavesTheErasedAlone) {
    const auto id =
        campaign_to({person(ContactRef::Kind::email, "ann@x.org"), person(ContactRef::Kind::email, "b@x.org")});
    const auto first = sent(ann);
    ASSERT_TRUE(settle(first, DeliveryEvent::reject, "content"));
    const auto second = sent("6762f2391bb69f9f2193bc20");
    ASSERT_TRUE(settle(second, DeliveryEvent::reject, "content"));
    ASSERT_TRUE(erase({{ContactRef::Kind::email, "ann@x.org"}}));
    ASSERT_TRUE(run(campaigns().retry(caller(), id, {DeliveryState::rejected}, start + 2h, {})));
    EXPECT_EQ(row(id, 0).state, DeliveryState::rejected);
    EXPECT_EQ(row(id, 1).state, DeliveryState::queued);
    expect_counts_are_rows(id);
}

TEST_F(PersonalDataTest, OtherWorkspacesAreNotTouched) {
    const auto other = campaign(1, true, {"elsewhere"});
    const auto ref = people(1).front().ref;
    EXPECT_EQ(erase({ref})->deliveries, 0);
    expect_counts_are_rows(other);
}

TEST_F(PersonalDataTest, AKeptAnswerIsReplacedAndItsKeyStays) {
    const RequestKey key{"PUT /v1/contacts/{contact}", "k", "h"};
    ASSERT_TRUE(run(store->requests().begin(caller(), key, start, start + 24h)));
    ASSERT_TRUE(run(store->requests().finish(caller(), key, {"secret", std::string("contact:") + ann, {}}, start)));
    EXPECT_EQ(erase({{ContactRef::Kind::id, ann}})->answers, 1);
    const auto known = run(store->requests().look(workspace, key, start + 2h));
    EXPECT_EQ(known->state, KeyRecord::State::answered);
    EXPECT_EQ(known->answer, "gone");
    EXPECT_FALSE(held("secret"));
}

TEST_F(PersonalDataTest, TheAuditChainHoldsAndSaysThatDataWasErased) {
    campaign_to({person(ContactRef::Kind::email, "ann@x.org")});
    ASSERT_TRUE(erase({{ContactRef::Kind::email, "ann@x.org"}}));
    EXPECT_EQ(raw_integer("SELECT count(*) FROM audit_entries WHERE action = 'contact_data_erased'"), 1);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM audit_entries WHERE details LIKE '%ann@%' OR resource LIKE '%ann@%'"),
              0);
}

}  // namespace
}  // namespace herald
