#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "tests/intercom_sim/fault_effect.hpp"
#include "tests/intercom_sim/reply.hpp"
#include "tests/intercom_sim/wire.hpp"

namespace sim {
namespace {

FaultEngine engine(std::string_view script, std::uint64_t seed = 1) {
    auto rules = parse_fault_text(script);
    EXPECT_TRUE(rules) << (rules ? "" : rules.error());
    FaultEngine result(seed);
    if (rules) result.load(std::move(*rules), 0);
    return result;
}

const FaultSubject message{.method = "POST", .path = "/messages", .path_template = "/messages"};
const FaultSubject contact{.method = "PUT", .path = "/contacts/abc", .path_template = "/contacts/{contact_id}"};

TEST(Faults, MatchByTemplatePrefixAndMethod) {
    auto by_template = engine(R"([{"match":"PUT /contacts/{id}","do":"unauthorized"}])");
    EXPECT_TRUE(by_template.plan(contact, 0).terminal());
    EXPECT_FALSE(by_template.plan(message, 0).terminal());
    auto by_prefix = engine(R"([{"match":"/contacts/","do":"unauthorized"}])");
    EXPECT_TRUE(by_prefix.plan(contact, 0).terminal());
    EXPECT_FALSE(by_prefix.plan(message, 0).terminal());
    auto exact = engine(R"([{"match":"POST /contacts","do":"unauthorized"}])");
    EXPECT_FALSE(
        exact.plan({.method = "POST", .path = "/contacts/search", .path_template = "/contacts/search"}, 0).terminal());
    EXPECT_TRUE(engine(R"([{"do":"unauthorized"}])").plan(message, 0).terminal());
    EXPECT_TRUE(engine(R"([{"match":"POST *","do":"unauthorized"}])").plan(message, 0).terminal());
}

TEST(Faults, AfterAndCount) {
    auto faults = engine(R"([{"match":"POST /messages","after":2,"count":3,"do":"commit_then_rst"}])");
    std::string pattern;
    for (int i = 0; i < 8; ++i) pattern += faults.plan(message, 0).terminal() ? 'x' : '.';
    EXPECT_EQ(pattern, "..xxx...");
}

TEST(Faults, Timeline) {
    auto faults = engine(R"({"rules":[{"at":12,"for":8,"do":"commit_then_rst"}]})");
    EXPECT_FALSE(faults.plan(message, 11'999).terminal());
    EXPECT_TRUE(faults.plan(message, 12'000).terminal());
    EXPECT_TRUE(faults.plan(message, 19'999).terminal());
    EXPECT_FALSE(faults.plan(message, 20'000).terminal());
}

TEST(Faults, ProbabilityIsSeeded) {
    const auto hits = [](std::uint64_t seed) {
        auto faults = engine(R"([{"p":0.05,"do":"commit_then_502"}])", seed);
        std::string pattern;
        for (int i = 0; i < 10'000; ++i) pattern += faults.plan(message, 0).terminal() ? 'x' : '.';
        return pattern;
    };
    const std::string first = hits(7);
    EXPECT_EQ(first, hits(7));
    EXPECT_NE(first, hits(8));
    EXPECT_NEAR(static_cast<double>(std::ranges::count(first, 'x')), 500, 100);
}

TEST(Faults, FirstTerminalWinsAndModifiersStack) {
    auto faults = engine(R"([{"do":"latency","ms":5},{"do":"commit_then_rst"},{"do":"html"},{"do":"numeric_ids"}])");
    const FaultPlan plan = faults.plan(message, 0);
    EXPECT_EQ(plan.names(), "latency+numeric_ids+commit_then_rst");
    EXPECT_EQ(plan.terminal()->action, FaultAction::commit_then_rst);
}

TEST(Faults, RefusedRequestsOnlyMeetModifiers) {
    auto faults = engine(R"([{"do":"commit_then_rst","count":1},{"do":"add_headers","retry_after":7}])");
    FaultSubject refused = message;
    refused.refused = true;
    EXPECT_EQ(faults.plan(refused, 0).names(), "add_headers");
    EXPECT_EQ(faults.plan(message, 0).names(), "add_headers+commit_then_rst");
}

TEST(Faults, HeadersMayWaitForTheStatus) {
    auto faults = engine(R"([{"do":"add_headers","retry_after":7,"if_status":429,"count":1}])");
    FaultPlan other = faults.plan(message, 0);
    faults.settle(other, 200, 0);
    EXPECT_EQ(other.names(), "");
    FaultPlan plan = faults.plan(message, 0);
    faults.settle(plan, 429, 0);
    EXPECT_EQ(plan.names(), "add_headers");
    FaultPlan third = faults.plan(message, 0);
    faults.settle(third, 429, 0);
    EXPECT_EQ(third.names(), "");
}

TEST(Faults, CloseIdleNeedsAReusedConnection) {
    auto faults = engine(R"([{"do":"close_idle"}])");
    EXPECT_FALSE(faults.plan(message, 0).terminal());
    FaultSubject again = message;
    again.reused = true;
    EXPECT_TRUE(faults.plan(again, 0).terminal());
}

TEST(Faults, RefuseIsForConnections) {
    auto faults = engine(R"([{"do":"refuse","at":1,"for":1}])");
    EXPECT_FALSE(faults.refuse_connection(0));
    EXPECT_TRUE(faults.refuse_connection(1500));
    EXPECT_FALSE(faults.plan(message, 1500).terminal());
}

TEST(Faults, APlanOutlivesItsScript) {
    auto faults = engine(R"([{"do":"html"}])");
    const FaultPlan plan = faults.plan(message, 0);
    faults.load({}, 0);
    EXPECT_EQ(plan.terminal()->action, FaultAction::html);
}

TEST(Faults, RefusesMistakes) {
    for (const char* script :
         {R"([{"do":"explode"}])", R"([{"do":"html","probability":1}])", R"([{"do":"status"}])",
          R"([{"do":"latency"}])", R"([{"do":"html","p":2}])", R"([{"do":"html","after":-1}])",
          R"([{"do":"commit_then_rst","seconds":1}])", R"([{"do":"html","match":"POST messages"}])",
          R"([{"do":"html","match":"PUSH /messages"}])", R"([{"do":"html","match":"GET /nowhere/{id}"}])", "{}", "["}) {
        EXPECT_FALSE(parse_fault_text(script)) << script;
    }
}

TEST(Faults, CoursesSayWhatTakesEffect) {
    const auto course = [](std::string_view rule) {
        auto rules = parse_fault_text(std::string("[") + std::string(rule) + "]");
        EXPECT_TRUE(rules) << rule;
        return course_of(&rules->front());
    };
    EXPECT_TRUE(course(R"({"do":"commit_then_502"})").executes);
    EXPECT_TRUE(course(R"({"do":"commit_then_502"})").replaced);
    EXPECT_FALSE(course(R"({"do":"rst_before_commit"})").executes);
    EXPECT_FALSE(course(R"({"do":"status","status":503})").executes);
    EXPECT_TRUE(course(R"({"do":"status","status":503,"commit":true})").executes);
    EXPECT_TRUE(course(R"({"do":"status","status":503})").rate_headers);
    EXPECT_FALSE(course(R"({"do":"status","status":502})").rate_headers);
    EXPECT_EQ(course(R"({"do":"commit_then_fin"})").end, Course::End::fin);
    EXPECT_EQ(course(R"({"do":"close_idle","how":"rst"})").end, Course::End::rst);
    EXPECT_FALSE(course(R"({"do":"unauthorized"})").rate_headers);
}

TEST(Faults, ScriptedRetryAfterAsNumberTextAndDate) {
    const auto header = [](std::string_view retry) {
        const auto rules = parse_fault_text(R"([{"do":"status","status":429,)" + std::string(retry) + "}]");
        EXPECT_TRUE(rules);
        const Reply reply = fault_reply(rules->front(), 0);
        return reply.headers.empty() ? std::string() : reply.headers.front().second;
    };
    EXPECT_EQ(header(R"("retry_after":7)"), "7");
    EXPECT_EQ(header(R"("retry_after":"soon")"), "soon");
    EXPECT_EQ(header(R"("retry_after_date":7)"), "Thu, 01 Jan 1970 00:00:07 GMT");
    EXPECT_EQ(header(R"("headers":{"Retry-After":"120"})"), "120");
}

TEST(Faults, NumericIdsLeaveContactIdsAlone) {
    auto faults = engine(R"([{"do":"numeric_ids"}])");
    Reply reply{
        .status = 200,
        .body =
            R"({"id":"19","name":"7","owner":{"id":"991","admin_id":"5"},"list":[{"id":"6762f2391bb69f9f2193bc19"}]})",
        .headers = {}};
    modify(reply, faults.plan(message, 0), 0);
    EXPECT_EQ(reply.body,
              R"({"id":19,"name":"7","owner":{"id":991,"admin_id":5},"list":[{"id":"6762f2391bb69f9f2193bc19"}]})");
}

TEST(Wire, TruncationKeepsTheAnnouncedLength) {
    const Reply reply{.status = 200, .body = "0123456789", .headers = {}};
    const std::string wire = truncated(to_wire(reply, {}, true, 0));
    EXPECT_TRUE(wire.contains("Content-Length: 10\r\n"));
    EXPECT_TRUE(wire.ends_with("\r\n\r\n01234"));
}

}  // namespace
}  // namespace sim
