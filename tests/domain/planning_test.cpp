#include "domain/campaign/planning.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

using namespace std::chrono_literals;

class Planning : public ::testing::Test {
 protected:
    static constexpr WallTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}};

    Planning() {
        campaign.subject = "Hi {{ first_name }}";
        campaign.body = {Body::Format::html, "<p>{{ product }}</p>"};
        campaign.variables = {{"product", "Acme"}};
        row.claim = {7, 3};
        row.ref = {ContactRef::Kind::external_id, "c-1"};
        ann.id = {"a"};
        ann.email = "ann@example.com";
        ann.attributes = {{"first_name", "Ann"}};
    }
    PlannedDelivery plan(const Answered& person) {
        return plan_of(row, person, campaign, MessageContent::compile(campaign).value(), now, rules);
    }
    std::string skipped(const Answered& person) {
        const auto plan_ = plan(person);
        EXPECT_EQ(plan_.event, DeliveryEvent::skip);
        return plan_.reason;
    }

    Campaign campaign;
    ClaimedDelivery row;
    Contact ann;
    PlanRules rules;
};

TEST_F(Planning, SendsToAPersonWhoMayBeWrittenToAndHasEveryVariable) {
    const auto found = plan({{ann, {}}});
    EXPECT_EQ(found.event, DeliveryEvent::intend);
    EXPECT_EQ(found.claim, row.claim);
    EXPECT_EQ(found.contact, ann.id);
    const auto message = message_for({{"product", "<Own>"}}, campaign, ann, MessageContent::compile(campaign).value());
    EXPECT_EQ(message->subject, "Hi Ann");
    EXPECT_EQ(message->body, "<p>&lt;Own&gt;</p>");
}

TEST_F(Planning, NamesTheReasonThatIsFoundFirst) {
    ann.attributes.clear();
    ann.unsubscribed_from_emails = true;
    EXPECT_EQ(skipped({{ann, {}}}), "unsubscribed");
    ann.unsubscribed_from_emails = false;
    EXPECT_EQ(skipped({{ann, {}}}), "missing_variable");
    EXPECT_EQ(plan({{ann, {}}}).contact, ann.id);  // the person has had this row
    row.variables = {{"first_name", ""}};
    EXPECT_EQ(plan({{ann, {}}}).event, DeliveryEvent::intend);
}

TEST_F(Planning, GivesUpAMissAtOnceUnlessTheEmailMayBeTooNew) {
    EXPECT_EQ(skipped({{{}, SkipReason::not_found}}), "not_found");
    row.ref.kind = ContactRef::Kind::email;
    const auto first = plan({{{}, SkipReason::not_found}});
    EXPECT_EQ(first.event, DeliveryEvent::defer);
    EXPECT_EQ(first.not_before, now + rules.look_again);
    EXPECT_EQ(skipped({{{}, SkipReason::ambiguous_contact}}), "ambiguous_contact");
    row.lookups = 1;
    EXPECT_EQ(skipped({{{}, SkipReason::not_found}}), "not_found");
}

TEST_F(Planning, LooksAgainForAPersonIntercomGivesNoAnswerAbout) {
    for (row.lookups = 0; row.lookups < 3; ++row.lookups)
        EXPECT_EQ(plan({.lookup = {}, .unanswered = true}).event, DeliveryEvent::defer);
    EXPECT_EQ(skipped({.lookup = {}, .unanswered = true}), "lookup_failed");
}

}  // namespace
}  // namespace herald
