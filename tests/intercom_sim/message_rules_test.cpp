#include "tests/intercom_sim/message_rules.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace sim {
namespace {

namespace json = boost::json;

constexpr const char* email = R"({"message_type":"email","subject":"S","body":"B","template":"plain",
    "from":{"type":"admin","id":394051},"to":{"type":"user","id":"abc"}})";

json::object with(std::string_view base, std::string_view key, json::value value) {
    json::object body = json::parse(base).as_object();
    body[key] = std::move(value);
    return body;
}

json::object without(std::string_view key) {
    json::object body = json::parse(email).as_object();
    body.erase(key);
    return body;
}

ApiError problem(const json::object& body, std::string_view names = "both", int version = 16) {
    const auto message = read_message(body, names, version);
    return message ? ApiError{} : message.error();
}

TEST(MessageRules, TakesACompleteEmail) {
    const auto message = read_message(json::parse(email).as_object(), "both", 16);
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->email);
    EXPECT_EQ(message->admin_id, "394051");
    ASSERT_EQ(message->recipients.size(), 1U);
    EXPECT_EQ(message->recipients[0].id, "abc");
    EXPECT_FALSE(message->open_conversation);
}

TEST(MessageRules, NamesTheMissingPart) {
    EXPECT_EQ(problem(without("body")).message, "Body is required");
    EXPECT_EQ(problem(without("body")).status, 400);
    const ApiError subject = problem(without("subject"));
    EXPECT_EQ(subject.status, 422);
    EXPECT_EQ(subject.code, "parameter_not_found");
    EXPECT_EQ(subject.message, "No subject supplied for email message");
    EXPECT_EQ(problem(without("template")).status, 400);
    EXPECT_EQ(problem(without("from")).status, 400);
    EXPECT_EQ(problem(without("to")).status, 400);
    EXPECT_EQ(problem(without("message_type")).status, 400);
}

TEST(MessageRules, ReportsTheBodyBeforeTheSubject) {
    json::object body = without("subject");
    body["body"] = "";
    EXPECT_EQ(problem(body).message, "Body is required");
}

TEST(MessageRules, InAppNeedsNeitherSubjectNorTemplate) {
    json::object body = without("subject");
    body.erase("template");
    for (const char* type : {"inapp", "in_app"}) {
        body["message_type"] = type;
        EXPECT_EQ(problem(body).status, 0) << type;
    }
    body["message_type"] = "in_app";
    EXPECT_EQ(problem(body, "inapp").status, 400);
    EXPECT_EQ(problem(body, "in_app").status, 0);
    body["message_type"] = "sms";
    EXPECT_EQ(problem(body).status, 400);
}

TEST(MessageRules, RecipientsNeedTypeAndId) {
    EXPECT_EQ(problem(with(email, "to", {{"type", "user"}})).status, 400);
    EXPECT_EQ(problem(with(email, "to", {{"type", "user"}, {"email", "a@x.org"}})).status, 400);
    EXPECT_EQ(problem(with(email, "to", {{"type", "company"}, {"id", "1"}})).status, 400);
    EXPECT_EQ(problem(with(email, "to", json::array{})).status, 400);
    const json::object one{{"type", "user"}, {"id", "a"}};
    const auto two = read_message(with(email, "to", json::array{one, one}), "both", 16);
    ASSERT_TRUE(two);
    EXPECT_EQ(two->recipients.size(), 2U);
}

TEST(MessageRules, CopiesCameWithVersion14) {
    const json::object copied = with(email, "cc", {{"type", "user"}, {"id", "b"}});
    EXPECT_EQ(problem(copied, "both", 13).status, 400);
    const auto message = read_message(copied, "both", 14);
    ASSERT_TRUE(message);
    ASSERT_EQ(message->recipients.size(), 2U);
    EXPECT_EQ(message->recipients[1].via, "cc");
}

TEST(MessageRules, TheSenderIsAnAdminByNumberOrText) {
    EXPECT_EQ(problem(with(email, "from", {{"type", "user"}, {"id", 1}})).status, 400);
    EXPECT_EQ(problem(with(email, "from", {{"type", "admin"}})).status, 400);
    EXPECT_EQ(problem(with(email, "from", {{"type", "admin"}, {"id", "394051"}})).status, 0);
}

}  // namespace
}  // namespace sim
