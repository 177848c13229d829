#include "tests/intercom_sim/query.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_from.hpp>
#include <gtest/gtest.h>

#include "tests/intercom_sim/contact_fields.hpp"

namespace sim {
namespace {

namespace json = boost::json;

constexpr std::int64_t noon = 1577880000;  // 1 January 2020, 12:00 UTC

class QueryTest : public testing::Test {
 protected:
    QueryTest() {
        contact.external_id = "c-42";
        contact.email = "ann@example.com";
        contact.name = "Ann Example";
        contact.created_ms = noon * 1000;
        contact.unsubscribed = true;
        contact.attributes.emplace_back(*attributes.find("tier"), std::string("gold"));
        contact.attributes.emplace_back(*attributes.find("orders"), std::int64_t{7});
        vip = tags.ensure("VIP");
        contact.more().tags.emplace_back(vip, noon);
    }

    bool match(std::string_view field, std::string_view op, json::value value, Dates dates = Dates::whole_days) {
        const json::object filter{{"field", field}, {"operator", op}, {"value", std::move(value)}};
        return match_query(filter, dates);
    }
    bool match_query(const json::value& query, Dates dates = Dates::whole_days) {
        const auto parsed = parse_query(query, contact_fields(attributes));
        EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
        return parsed && matches(*parsed, ContactRecord(0, contact, tags), dates);
    }
    std::string code(std::string_view text) {
        const auto parsed = parse_query(json::parse(text), contact_fields(attributes));
        return parsed ? "" : parsed.error().code;
    }

    Attributes attributes;
    Tags tags;
    Tags::Number vip{};
    Contact contact;
};

TEST_F(QueryTest, TextOperators) {
    EXPECT_TRUE(match("external_id", "=", "c-42"));
    EXPECT_FALSE(match("external_id", "!=", "c-42"));
    EXPECT_TRUE(match("email", "=", "ANN@Example.com"));
    EXPECT_TRUE(match("name", "~", "nn Ex"));
    EXPECT_FALSE(match("name", "!~", "nn Ex"));
    EXPECT_TRUE(match("name", "^", "Ann"));
    EXPECT_TRUE(match("email", "$", "example.com"));
    EXPECT_TRUE(match("role", "IN", json::array{"lead", "user"}));
    EXPECT_FALSE(match("role", "NIN", json::array{"lead", "user"}));
    EXPECT_TRUE(match("email_domain", "=", "example.com"));
    EXPECT_TRUE(match("id", "=", json::value_from(contact_id(0))));
}

TEST_F(QueryTest, MissingValues) {
    EXPECT_TRUE(match("phone", "=", nullptr));
    EXPECT_FALSE(match("email", "=", nullptr));
    EXPECT_TRUE(match("email", "!=", nullptr));
    EXPECT_TRUE(match("phone", "!=", "1"));
    EXPECT_TRUE(match("phone", "NIN", json::array{"1"}));
    EXPECT_TRUE(match("phone", "!~", "1"));
    EXPECT_FALSE(match("phone", "~", "1"));
    EXPECT_TRUE(match("last_email_opened_at", "=", nullptr));
}

TEST_F(QueryTest, DatesAreDaysUpTo216AndSecondsFrom217) {
    EXPECT_TRUE(match("created_at", "=", noon - 3600));
    EXPECT_FALSE(match("created_at", ">", noon - 3600));
    EXPECT_FALSE(match("created_at", "<", noon + 3600));
    EXPECT_TRUE(match("created_at", ">", noon - 86400));
    EXPECT_TRUE(match("created_at", ">", noon - 3600, Dates::seconds));
    EXPECT_FALSE(match("created_at", "=", noon - 3600, Dates::seconds));
    EXPECT_TRUE(match("created_at", "=", json::value_from(std::to_string(noon)), Dates::seconds));
}

TEST_F(QueryTest, NumbersBooleansAndAttributes) {
    EXPECT_TRUE(match("unsubscribed_from_emails", "=", true));
    EXPECT_TRUE(match("has_hard_bounced", "!=", true));
    EXPECT_TRUE(match("custom_attributes.tier", "=", "gold"));
    EXPECT_TRUE(match("custom_attributes.orders", ">=", 7));
    EXPECT_FALSE(match("custom_attributes.orders", "<", 7));
    EXPECT_TRUE(match("custom_attributes.orders", "IN", json::array{1, 7}));
}

TEST_F(QueryTest, TagsAndSegments) {
    EXPECT_TRUE(match("tag_id", "=", json::value_from(Tags::id(vip))));
    EXPECT_FALSE(match("tag_id", "!=", json::value_from(Tags::id(vip))));
    EXPECT_FALSE(match("tag_id", "=", "999"));
    EXPECT_TRUE(match("segment_id", "=", "56203d253cba4c8e1b000003"));
    EXPECT_FALSE(match("segment_id", "=", "56203d253cba4c8e1b000004"));
    tags.remove(vip);
    EXPECT_FALSE(match("tag_id", "=", json::value_from(Tags::id(vip))));
}

TEST_F(QueryTest, Groups) {
    EXPECT_TRUE(match_query(json::parse(R"({"operator":"AND","value":[
        {"field":"role","operator":"=","value":"user"},
        {"operator":"OR","value":[{"field":"name","operator":"=","value":"x"},
                                   {"field":"custom_attributes.tier","operator":"=","value":"gold"}]}]})")));
    EXPECT_FALSE(match_query(json::parse(R"({"operator":"AND","value":[
        {"field":"role","operator":"=","value":"user"},{"field":"name","operator":"=","value":"x"}]})")));
}

TEST_F(QueryTest, Refusals) {
    EXPECT_EQ(code(R"({"field":"nickname","operator":"=","value":"x"})"), "invalid_field");
    EXPECT_EQ(code(R"({"field":"custom_attributes.nope","operator":"=","value":"x"})"), "invalid_field");
    EXPECT_EQ(code(R"({"field":"email","operator":"<","value":"x"})"), "parameter_invalid");
    EXPECT_EQ(code(R"({"field":"created_at","operator":">=","value":1})"), "parameter_invalid");
    EXPECT_EQ(code(R"({"field":"tag_id","operator":"IN","value":["1"]})"), "parameter_invalid");
    EXPECT_EQ(code(R"({"field":"email","operator":"IN","value":"x"})"), "parameter_invalid");
    EXPECT_EQ(code(R"({"field":"email","operator":"=","value":["x"]})"), "parameter_invalid");
    EXPECT_EQ(code(R"({"field":"created_at","operator":"=","value":"soon"})"), "type_mismatch");
    EXPECT_EQ(code(R"({"field":"email","operator":"="})"), "parameter_missing");
    EXPECT_EQ(code(R"({"operator":"AND","value":[]})"), "parameter_invalid");
    EXPECT_EQ(code(R"("email")"), "parameter_invalid");
}

TEST_F(QueryTest, LimitsOfNestingAndSize) {
    const auto group = [](json::value inner, std::size_t times) {
        json::array filters;
        for (std::size_t i = 0; i < times; ++i) filters.push_back(inner);
        return json::object{{"operator", "AND"}, {"value", std::move(filters)}};
    };
    const json::object filter{{"field", "role"}, {"operator", "="}, {"value", "user"}};
    const auto parses = [&](const json::value& query) {
        return parse_query(query, contact_fields(attributes)).has_value();
    };
    EXPECT_TRUE(parses(group(filter, 15)));
    EXPECT_FALSE(parses(group(filter, 16)));
    EXPECT_TRUE(parses(group(group(filter, 1), 1)));
    EXPECT_FALSE(parses(group(group(group(filter, 1), 1), 1)));
}

}  // namespace
}  // namespace sim
