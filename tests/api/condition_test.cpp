// Filters that are answered here: read as those of an audience are, and refused by other rules.

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "api/filter_body.hpp"

namespace herald::api {
namespace {

using Mistakes = std::vector<std::pair<std::string, FieldCode>>;
using OfPerson = ConditionBody<FilterScope::contact>;
using OfEvent = ConditionBody<FilterScope::contact_and_event>;

template <class Body>
Mistakes mistakes(std::string_view text, Filter* read = nullptr) {
    Decoder decoder;
    Body body;
    const auto inside = decoder.enter("filter");
    decode(decoder, boost::json::parse(text), body);
    if (read != nullptr) *read = body.filter;
    Mistakes out;
    for (auto& error : decoder.take().listed) out.emplace_back(error.pointer, error.code);
    return out;
}

TEST(ConditionBody, ReadsBothForms) {
    Filter read;
    EXPECT_EQ(mistakes<OfPerson>(R"({"tier":"gold","vip":true})", &read), Mistakes{});
    EXPECT_EQ(read, Filter::all({Filter::where("tier", FilterOp::eq, {std::string("gold")}),
                                 Filter::where("vip", FilterOp::eq, {true})}));
    EXPECT_EQ(mistakes<OfEvent>(R"({"any":[{"field":"event.metadata.seats","op":"gte","value":5},
                                           {"field":"last_seen_at","op":"not_within_last","value":"90m"},
                                           {"field":"phone","op":"exists","value":false}]})"),
              Mistakes{});
}

TEST(ConditionBody, DatesBecomeUnixSeconds) {
    Filter read;
    EXPECT_EQ(mistakes<OfPerson>(R"({"field":"created_at","op":"gte","value":"2026-11-23T19:00:00+01:00"})", &read),
              Mistakes{});
    EXPECT_EQ(read, Filter::where("created_at", FilterOp::gte, {std::int64_t{1'795'456'800}}));
    EXPECT_EQ(mistakes<OfPerson>(R"({"created_at":"2026-11-23T18:00:00Z"})", &read), Mistakes{});
    EXPECT_EQ(read.parts.at(0).condition.values.at(0), FilterScalar(std::int64_t{1'795'456'800}));
    FilterBody audience;
    Decoder decoder;
    decode(decoder, boost::json::parse(R"({"field":"created_at","op":"gt","value":"2026-11-23T18:00:00Z"})"), audience);
    EXPECT_TRUE(decoder.clean());
    EXPECT_EQ(audience.filter, Filter::where("created_at", FilterOp::gt, {std::int64_t{1'795'456'800}}));
}

TEST(ConditionBody, EveryMistakeIsAtItsPlace) {
    constexpr std::string_view tree = R"({"all":[{"field":"segment_id","op":"eq","value":"s"},
        {"any":[{"field":"tier","op":"gt","value":"gold"},{"field":"created_at","op":"within_last","value":"soon"}]},
        {"field":"event.metadata.a","op":"eq","value":1}]})";
    EXPECT_EQ(mistakes<OfEvent>(tree), (Mistakes{{"/filter/all/0/field", FieldCode::invalid_value},
                                                 {"/filter/all/1/any/0/op", FieldCode::invalid_value},
                                                 {"/filter/all/1/any/1/value", FieldCode::invalid_value}}));
    EXPECT_EQ(mistakes<OfPerson>(tree).back(),
              (std::pair{std::string("/filter/all/2/field"), FieldCode::invalid_value}));
    EXPECT_EQ(mistakes<OfPerson>(R"({"a.b":1,"tag_id":"7"})"),
              (Mistakes{{"/filter/a.b", FieldCode::invalid_value}, {"/filter/tag_id", FieldCode::invalid_value}}));
    EXPECT_EQ(mistakes<OfPerson>(R"({"field":"tier","op":"like","value":"x"})"),
              (Mistakes{{"/filter/op", FieldCode::invalid_value}}));
    EXPECT_EQ(mistakes<OfPerson>("[]"), (Mistakes{{"/filter", FieldCode::wrong_type}}));
}

}  // namespace
}  // namespace herald::api
