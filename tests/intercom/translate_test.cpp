#include "adapters/intercom/translate.hpp"

#include <gtest/gtest.h>

#include "adapters/intercom/wire.hpp"

namespace herald::intercom {
namespace {

http::Reply answer(int status, std::string body = {}, std::vector<http::Header> headers = {}) {
    return {status, std::move(headers), std::move(body)};
}

std::string error_list(const std::string& code, const std::string& message) {
    return R"({"type":"error.list","request_id":"r1","errors":[{"code":")" + code + R"(","message":")" + message +
           R"("}]})";
}

struct Row {
    int status;
    std::string body;
    Errc expected;
};

TEST(Translate, FollowsTheTableOfStatuses) {
    const std::vector<Row> table{
        {400, error_list("parameter_invalid", "Body is required"), Errc::content_rejected},
        {401, error_list("unauthorized", "Access Token Invalid"), Errc::credential},
        {402, "", Errc::credential},
        {403, error_list("api_plan_restricted", "Active subscription needed."), Errc::credential},
        {403, error_list("forbidden", "no"), Errc::credential},
        {403, error_list("forbidden", "This user is unsubscribed from emails"), Errc::unsubscribed},
        {403, error_list("whatever", "User has UNSUBSCRIBED"), Errc::unsubscribed},
        {403, error_list("brand_new_code", "no"), Errc::content_rejected},
        {403, "<html>", Errc::content_rejected},
        {404, error_list("not_found", "User Not Found"), Errc::contact_not_found},
        {405, "", Errc::content_rejected},
        {406, "", Errc::content_rejected},
        {408, "", Errc::outcome_unknown},
        {409, error_list("conflict", "x"), Errc::contact_conflict},
        {410, "", Errc::contact_merged},
        {415, "", Errc::content_rejected},
        {422, error_list("parameter_not_found", "No subject"), Errc::content_rejected},
        {423, "", Errc::content_rejected},
        {429, error_list("rate_limit_exceeded", "x"), Errc::rate_limited},
        {301, "", Errc::content_rejected},
        {500, "", Errc::outcome_unknown},
        {502, "<html>Bad gateway</html>", Errc::outcome_unknown},
        {503, "", Errc::outcome_unknown},
        {504, "", Errc::outcome_unknown},
        {520, "", Errc::outcome_unknown},
        {200, "not what was promised", Errc::outcome_unknown},
        {101, "", Errc::outcome_unknown},
    };
    for (const auto& row : table)
        EXPECT_EQ(translate(answer(row.status, row.body)).code, row.expected) << row.status << row.body;
}

TEST(Translate, IsTotal) {
    for (int status = 100; status < 1000; ++status) {
        const auto error = translate(answer(status));
        EXPECT_FALSE(error.upstream_code.empty()) << status;
        EXPECT_FALSE(error.detail.empty()) << status;
    }
}

TEST(Translate, KeepsIntercomsCodeAndRequestId) {
    const auto error = translate(answer(422, error_list("data_invalid", "m")));
    EXPECT_EQ(error.upstream_code, "data_invalid");
    EXPECT_EQ(error.request_id, "r1");
    EXPECT_EQ(translate(answer(500, "", {{"x-request-id", "from-header"}})).request_id, "from-header");
}

TEST(Translate, FindsTheSurvivingContactOfAMerge) {
    const auto link = "</contacts/6762f0dd1bb69f9f2193bb83>; rel=\"canonical\"";
    EXPECT_EQ(translate(answer(410, "", {{"Link", link}})).canonical_id, "6762f0dd1bb69f9f2193bb83");
    EXPECT_EQ(translate(answer(410, "", {{"Link", "</contacts/abc>; rel=\"next\""}})).canonical_id, "");
    EXPECT_EQ(translate(answer(410)).canonical_id, "");
}

TEST(Translate, TellsNotExecutedFromAmbiguousByThePhase) {
    using http::Phase;
    const auto code = [](Phase phase) { return translate(http::Failure{phase, "x"}).code; };
    for (const auto phase : {Phase::resolve, Phase::connect, Phase::tls, Phase::write})
        EXPECT_EQ(code(phase), Errc::not_executed);
    EXPECT_EQ(code(Phase::response), Errc::outcome_unknown);
    EXPECT_EQ(code(Phase::refused), Errc::upstream_unavailable);
    for (const auto why : {Errc::credential, Errc::rate_limited, Errc::deadline_exceeded, Errc::shutting_down})
        EXPECT_EQ(translate(http::Failure{Phase::refused, "x", {}, why}).code, why);
}

TEST(Wire, ReadsErrorsInEveryShape) {
    EXPECT_EQ(read_error("").code, "");
    EXPECT_EQ(read_error("<html>").code, "");
    EXPECT_EQ(read_error("[]").code, "");
    EXPECT_EQ(read_error(R"({"type":"error.list","errors":[]})").code, "");
    EXPECT_EQ(read_error(R"({"type":"error.list","errors":[{"code":"c","message":null}]})").code, "c");
    EXPECT_EQ(read_error(R"({"type":"error","request_id":7,"message":"m"})").message, "m");
    EXPECT_EQ(read_error(R"({"type":"error","request_id":7,"message":"m"})").request_id, "7");
}

TEST(Wire, AnEmailCarriesExactlyTheSixFieldsIntercomAsksFor) {
    OutboundMessage message;
    message.channel = Channel::email;
    message.admin_id = 991267816;
    message.to = {"6762f2391bb69f9f2193bc19"};
    message.subject = "Your plan";
    message.body = "<p>Hi</p>";
    EXPECT_EQ(message_json(message),
              R"({"message_type":"email","subject":"Your plan","template":"plain","body":"<p>Hi</p>",)"
              R"("from":{"type":"admin","id":991267816},"to":{"type":"user","id":"6762f2391bb69f9f2193bc19"}})");
}

TEST(Wire, AnInAppMessageHasNoSubjectAndIsCalledInapp) {
    OutboundMessage message;
    message.channel = Channel::in_app;
    message.admin_id = 1;
    message.to = {"a"};
    message.to_role = ContactRole::lead;
    message.body = "b";
    EXPECT_EQ(message_json(message),
              R"({"message_type":"inapp","body":"b","from":{"type":"admin","id":1},"to":{"type":"lead","id":"a"}})");
}

TEST(Wire, ReadsContactsWithMissingAndUnknownFieldsAndNumericIds) {
    const auto contact = read_contact(R"({"type":"contact","id":42,"role":"lead","email":null,"brand_new":{},
        "has_hard_bounced":true,"custom_attributes":{"tier":"gold","seats":3,"ratio":0.5,"vip":true,"list":[1]}})");
    ASSERT_TRUE(contact);
    EXPECT_EQ(contact->contact.id.value, "42");
    EXPECT_EQ(contact->contact.role, ContactRole::lead);
    EXPECT_EQ(contact->contact.email, std::nullopt);
    EXPECT_TRUE(contact->contact.hard_bounced);
    EXPECT_EQ(contact->contact.attributes,
              (Variables{{"tier", "gold"}, {"seats", "3"}, {"ratio", "0.5"}, {"vip", "true"}}));
}

TEST(Wire, ReadsTheDatesOfAContact) {
    const auto contact = read_contact(R"({"id":"a","created_at":1,"signed_up_at":2,"updated_at":3,"last_seen_at":4,
        "last_contacted_at":5,"last_replied_at":6,"last_email_opened_at":7,"last_email_clicked_at":8})");
    ASSERT_TRUE(contact);
    for (const auto date : all_contact_dates)
        EXPECT_EQ(contact->contact.dates.get(date), WallTime{seconds{static_cast<int>(date) + 1}}) << name(date);
    const auto without = read_contact(R"({"id":"a","created_at":0,"signed_up_at":null,"last_seen_at":"yesterday"})");
    ASSERT_TRUE(without);
    EXPECT_EQ(without->contact.dates, ContactDates{});
}

TEST(Wire, TheLastPageHasNoNextOrNullOrNoPagesAtAll) {
    for (const auto* body : {R"({"data":[]})", R"({"data":[],"pages":null})", R"({"data":[],"pages":{"next":null}})",
                             R"({"data":[],"pages":{}})"}) {
        const auto page = read_contact_page(body);
        ASSERT_TRUE(page) << body;
        EXPECT_EQ(page->starting_after, std::nullopt) << body;
    }
    const auto page = read_contact_page(R"({"data":[{"id":"a"}],"pages":{"next":{"starting_after":"WzE"}}})");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->starting_after, "WzE");
    EXPECT_FALSE(read_contact_page("<html>"));
    EXPECT_FALSE(read_contact_page(R"({"data":{}})"));
}

TEST(Wire, AMessageIdMayBeANumberButMustBeThere) {
    EXPECT_EQ(read_message_id(R"({"id":"19"})"), "19");
    EXPECT_EQ(read_message_id(R"({"id":19})"), "19");
    EXPECT_EQ(read_message_id(R"({"id":""})"), std::nullopt);
    EXPECT_EQ(read_message_id(R"({})"), std::nullopt);
    EXPECT_EQ(read_message_id("<html>"), std::nullopt);
}

}  // namespace
}  // namespace herald::intercom
