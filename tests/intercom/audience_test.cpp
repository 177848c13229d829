#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "adapters/intercom/client.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_exchange.hpp"

namespace herald::intercom {
namespace {

namespace json = boost::json;
using enum FilterOp;

class AudienceTest : public ::testing::Test {
 protected:
    json::value query_of(Filter filter) {
        const auto body = json::parse(audience_search_json(std::move(filter), 150, {}, now));
        return body.at("query");
    }
    Result<Creation> create(NewContact person) {
        auto created = test::start(io, directory.create(std::move(person), Deadline{}));
        EXPECT_TRUE(created.done());
        return created.get();
    }
    Result<void> check(AudienceQuery query) {
        auto checked = test::start(io, directory.check(std::move(query), Deadline{}));
        EXPECT_TRUE(checked.done());
        return checked.get();
    }

    static const WallTime now;
    boost::asio::io_context io;
    test::ManualClock clock{io};
    test::ScriptedExchange upstream;
    int refused{};
    Directory directory{io.get_executor(), clock, upstream, Credential{"token"}, [this] { ++refused; }};
};

const WallTime AudienceTest::now = from_rfc3339("2026-11-23T18:00:00Z").value();

const NewContact ann{{ContactRef::Kind::external_id, "c-1"}, "Ann"};
constexpr std::string_view archived_conflict =
    R"({"type":"error.list","errors":[{"code":"conflict","message":)"
    R"("An archived contact matching those details already exists with id=6762f2391bb69f9f2193bc19"}]})";

TEST_F(AudienceTest, EveryOperatorHasIntercomsName) {
    const std::map<FilterOp, std::string> names{
        {eq, "="},   {ne, "!="},  {in, "IN"},      {not_in, "NIN"},      {gt, ">"},          {lt, "<"},
        {gte, ">="}, {lte, "<="}, {contains, "~"}, {not_contains, "!~"}, {starts_with, "^"}, {ends_with, "$"}};
    for (const auto& [op, written] : names)
        EXPECT_EQ(query_of(Filter::where("tier", op, {std::string("x")})).at("operator").as_string(), written);
}

TEST_F(AudienceTest, AConditionIsWrittenWithItsTypedValue) {
    EXPECT_EQ(query_of(Filter::where("tier", eq, {std::string("gold")})),
              json::parse(R"({"field":"custom_attributes.tier","operator":"=","value":"gold"})"));
    EXPECT_EQ(query_of(Filter::where("created_at", gt, {std::int64_t{1577869200}})).at("value"), 1577869200);
    EXPECT_EQ(query_of(Filter::where("has_hard_bounced", eq, {false})).at("value"), false);
    EXPECT_EQ(query_of(Filter::where("balance", gt, {1.5})).at("value"), "1.5");
    EXPECT_EQ(query_of(Filter::where("tier", in, {std::string("a"), std::string("b")})).at("value"),
              json::parse(R"(["a","b"])"));
}

TEST_F(AudienceTest, WhatIsRelativeIsTwoDatesAtTheMomentOfTheSearch) {
    EXPECT_EQ(query_of(Filter::where("signed_up_at", within_last, {std::string("7d")})),
              json::parse(R"({"operator":"AND","value":[
                  {"field":"signed_up_at","operator":">","value":1794852000},
                  {"field":"signed_up_at","operator":"<","value":1795543200}]})"));
    const auto renewal = Filter::where("renewal_date", within_next, {std::string("720h")});
    const auto tier = Filter::where("tier", eq, {std::string("gold")});
    EXPECT_EQ(query_of(Filter::all({tier, renewal})), json::parse(R"({"operator":"AND","value":[
                  {"field":"custom_attributes.tier","operator":"=","value":"gold"},
                  {"field":"custom_attributes.renewal_date","operator":">","value":1795370400},
                  {"field":"custom_attributes.renewal_date","operator":"<","value":1798048800}]})"));
    EXPECT_EQ(query_of(Filter::any({tier, renewal})).at("value").at(1).at("operator"), "AND");
}

TEST_F(AudienceTest, NextToAGroupAConditionIsAGroupOfOne) {
    const auto tier = Filter::where("tier", eq, {std::string("gold")});
    const auto query = query_of(Filter::all({tier, Filter::any({tier, tier})}));
    EXPECT_EQ(query.at("operator"), "AND");
    EXPECT_EQ(query.at("value").at(0).at("operator"), "AND");
    EXPECT_EQ(query.at("value").at(0).at("value").as_array().size(), 1U);
    EXPECT_EQ(query.at("value").at(1).at("operator"), "OR");
    EXPECT_EQ(query_of(Filter::any({tier, tier})).at("value").at(0).at("operator"), "=");
}

TEST_F(AudienceTest, APageIsReadWithItsCursor) {
    upstream.reply(200, 1, {}, R"({"data":[{"id":"a","external_id":"1"}],"pages":{"next":{"starting_after":"y"}}})");
    auto page = test::start(io, directory.members(SegmentId{"s1"}, "x", 150, Deadline{}));
    ASSERT_TRUE(page.done() && page.get());
    EXPECT_EQ(page.get()->contacts.at(0).id.value, "a");
    EXPECT_EQ(page.get()->next, "y");
    EXPECT_EQ(json::parse(upstream.calls[0].body),
              json::parse(R"({"query":{"field":"segment_id","operator":"=","value":"s1"},
                              "sort":{"field":"created_at","order":"ascending"},
                              "pagination":{"per_page":150,"starting_after":"x"}})"));
}

TEST_F(AudienceTest, TheLastPageHasNoNextOrANullOne) {
    for (const auto* pages : {R"({})", R"({"next":null})"}) {
        upstream.reply(200, 1, {}, std::string(R"({"data":[],"pages":)") + pages + "}");
        auto page = test::start(io, directory.members(SegmentId{"s1"}, {}, 150, Deadline{}));
        ASSERT_TRUE(page.done() && page.get());
        EXPECT_FALSE(page.get()->next);
    }
}

TEST_F(AudienceTest, ASegmentIsAskedForByName) {
    upstream.reply(404).reply(200);
    const auto gone = check(SegmentId{"a/b"});
    EXPECT_EQ(gone.error().code, Errc::content_rejected);
    EXPECT_EQ(gone.error().detail, "Intercom has no segment a/b");
    EXPECT_EQ(upstream.calls[0].target, "/segments/a%2Fb");
    EXPECT_TRUE(check(SegmentId{"s"}));
}

TEST_F(AudienceTest, AFilterIsTriedWithOneHit) {
    upstream.reply(400, 1, {}, R"({"errors":[{"code":"invalid_field","message":"'custom_attributes.x' is unknown"}]})");
    const auto checked = check(Filter::where("x", eq, {std::string("y")}));
    EXPECT_EQ(checked.error().code, Errc::content_rejected);
    EXPECT_NE(checked.error().detail.find("custom_attributes.x"), std::string::npos);
    EXPECT_EQ(json::parse(upstream.calls[0].body).at("pagination").at("per_page"), 1);
}

TEST_F(AudienceTest, APersonIsCreatedWithNothingThatNobodyAskedFor) {
    upstream.reply(200, 1, {}, R"({"id":"6762f2391bb69f9f2193bc19","role":"user","created_at":1760000000})");
    const auto created = create(ann);
    ASSERT_TRUE(created);
    EXPECT_TRUE(created->created);
    EXPECT_EQ(created->lookup.contact->id.value, "6762f2391bb69f9f2193bc19");
    EXPECT_EQ(created->born, WallTime{seconds(1760000000)});
    EXPECT_EQ(upstream.calls[0].target, "/contacts");
    EXPECT_EQ(json::parse(upstream.calls[0].body), json::parse(R"({"role":"user","external_id":"c-1","name":"Ann"})"));
}

TEST_F(AudienceTest, AConflictLeadsToTheContactItNames) {
    upstream.reply(409, 1, {},
                   R"({"errors":[{"code":"conflict","message":)"
                   R"("A contact matching those details already exists with id=6762f2391bb69f9f2193bc19"}]})");
    upstream.reply(200, 1, {}, R"({"id":"6762f2391bb69f9f2193bc19","unsubscribed_from_emails":true})");
    const auto found = create(ann);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->created);
    EXPECT_TRUE(found->lookup.contact->unsubscribed_from_emails);
    EXPECT_EQ(upstream.calls[1].target, "/contacts/6762f2391bb69f9f2193bc19");
    EXPECT_EQ(upstream.calls.size(), 2U) << "found, not changed";
}

TEST_F(AudienceTest, WhoIsArchivedStaysArchived) {
    upstream.reply(409, 1, {}, std::string(archived_conflict));
    const auto found = create(ann);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->lookup.why_not, SkipReason::archived);
    EXPECT_EQ(upstream.calls.size(), 1U);
}

TEST_F(AudienceTest, AConflictWithAMergedContactLeadsToTheSurvivor) {
    upstream.reply(409, 1, {}, R"({"errors":[{"message":"exists with id=6762f2391bb69f9f2193bc19"}]})");
    upstream.reply(410, 1, {{"Link", "</contacts/6762f0dd1bb69f9f2193bb83>; rel=\"canonical\""}});
    upstream.reply(200, 1, {}, R"({"id":"6762f0dd1bb69f9f2193bb83"})");
    EXPECT_EQ(create(ann)->lookup.contact->id.value, "6762f0dd1bb69f9f2193bb83");
}

TEST_F(AudienceTest, AMergeThatTheCreationItselfMeetsIsFollowedToo) {
    upstream.reply(410, 1, {{"Link", "</contacts/6762f0dd1bb69f9f2193bb83>; rel=\"canonical\""}});
    upstream.reply(200, 1, {}, R"({"id":"6762f0dd1bb69f9f2193bb83"})");
    EXPECT_EQ(create(ann)->lookup.contact->id.value, "6762f0dd1bb69f9f2193bb83");
}

TEST_F(AudienceTest, AConflictThatNamesNobodyIsSearchedFor) {
    upstream.reply(409, 1, {}, R"({"errors":[{"message":"exists with id=abc"}]})");
    upstream.reply(200, 1, {}, R"({"data":[{"id":"a","external_id":"c-1"}]})");
    EXPECT_EQ(create(ann)->lookup.contact->id.value, "a");
    upstream.reply(409).reply(200, 1, {}, R"({"data":[]})").reply(404);
    EXPECT_EQ(create(ann)->lookup.why_not, SkipReason::not_found);
}

TEST_F(AudienceTest, ARefusedPersonIsAnErrorWithIntercomsWords) {
    upstream.reply(400, 1, {}, R"({"errors":[{"code":"parameter_invalid","message":"email is not valid"}]})");
    const auto refused_person = create({{ContactRef::Kind::email, "a@b"}, {}});
    EXPECT_EQ(refused_person.error().code, Errc::content_rejected);
    EXPECT_NE(refused_person.error().detail.find("email is not valid"), std::string::npos);
    upstream.reply(401);
    EXPECT_EQ(create(ann).error().code, Errc::credential);
    EXPECT_EQ(refused, 1);
}

}  // namespace
}  // namespace herald::intercom
