// Whole requests without sockets: the rules that span several operations.

#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/intercom_sim/app.hpp"

namespace sim {
namespace {

namespace json = boost::json;

struct Answer {
    int status{};
    json::value body;
    std::map<std::string, std::string> headers;

    std::string text(std::string_view name) const { return json::value_to<std::string>(body.at(name)); }
    std::string error() const { return json::value_to<std::string>(body.at_pointer("/errors/0/message")); }
};

class WorldTest : public testing::Test {
 protected:
    static Options options() {
        Options options;
        options.seed = 100;
        options.seed_suppressed = true;
        return options;
    }

    Answer call(std::string method, std::string path, std::string_view body = {}, std::string version = "2.16") {
        Request request;
        request.method = std::move(method);
        const std::size_t question = path.find('?');
        request.path = path.substr(0, question);
        if (question != std::string::npos) request.query = path.substr(question + 1);
        request.authorization = token;
        request.version = std::move(version);
        request.has_version = !request.version.empty();
        request.has_accept = !accept.empty();
        request.accept = accept;
        request.body = body;
        if (!body.empty()) request.content_type = "application/json";
        Exchange exchange = app.arrive(std::move(request));
        const Reply reply = app.answer(exchange);
        Answer answer{.status = reply.status,
                      .body = reply.body.empty() ? json::value() : json::parse(reply.body),
                      .headers = {}};
        for (const auto& [name, value] : reply.headers) answer.headers[name] = value;
        return answer;
    }
    Answer mail(const std::string& id) {
        return call("POST", "/messages",
                    fmt::format(R"({{"message_type":"email","subject":"S","body":"B","template":"plain",
                        "from":{{"type":"admin","id":394051}},"to":{{"type":"user","id":"{}"}}}})",
                                id));
    }
    static std::string seeded(std::uint32_t k) { return contact_id(k - 1); }

    App app{options()};
    std::string token{"Bearer t"};
    std::string accept{"application/json"};
};

TEST_F(WorldTest, HeadersAreDemanded) {
    token = "";
    EXPECT_EQ(call("GET", "/me").status, 401);
    token = "Bearer invalid";
    const Answer denied = call("GET", "/me");
    EXPECT_EQ(denied.status, 401);
    EXPECT_FALSE(denied.headers.contains("X-RateLimit-Limit"));
    token = "Bearer t";
    EXPECT_EQ(call("GET", "/me").headers.at("X-RateLimit-Limit"), "1667");
    EXPECT_EQ(call("GET", "/me", "", "2.99").body.at_pointer("/errors/0/code").as_string(), "intercom_version_invalid");
    EXPECT_EQ(call("GET", "/me", "", "").status, 200);
    EXPECT_EQ(call("GET", "/me", "", "Preview").status, 200);
    accept = "text/html";
    EXPECT_EQ(call("GET", "/me").status, 406);
    accept = "*/*";
    EXPECT_EQ(call("GET", "/me").status, 200);
    EXPECT_EQ(call("GET", "/nothing").status, 404);
    EXPECT_EQ(call("PUT", "/me").status, 405);
}

TEST_F(WorldTest, SuppressedContactsAreToldApart) {
    EXPECT_EQ(mail(seeded(1)).status, 200);
    EXPECT_EQ(mail(seeded(7)).status, 403);
    EXPECT_EQ(mail(seeded(7)).error(), "This user is unsubscribed from emails");
    EXPECT_EQ(mail(seeded(17)).status, 200);  // bounced: accepted, the ledger says so
    EXPECT_EQ(mail(seeded(33)).status, 404);  // blocked
    EXPECT_EQ(mail(seeded(37)).status, 404);  // archived
    EXPECT_EQ(mail(seeded(47)).status, 400);  // no address
    EXPECT_EQ(mail("ffffffffffffffffffffffff").status, 404);
}

TEST_F(WorldTest, CreatingTwiceNamesTheFirst) {
    const Answer created = call("POST", "/contacts", R"({"external_id":"x","email":"X@y.org"})");
    ASSERT_EQ(created.status, 200);
    EXPECT_EQ(created.text("email"), "x@y.org");
    const Answer again = call("POST", "/contacts", R"({"external_id":"x"})");
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(again.error(), "A contact matching those details already exists with id=" + created.text("id"));
    EXPECT_EQ(call("POST", "/contacts/" + created.text("id") + "/archive").status, 200);
    EXPECT_TRUE(call("POST", "/contacts", R"({"email":"x@y.org"})").error().starts_with("An archived contact"));
    EXPECT_EQ(call("POST", "/contacts", R"({"role":"lead","email":"x@y.org"})").status, 200);
}

TEST_F(WorldTest, AnUnknownAttributeIsRefusedUntilItExists) {
    const char* body = R"({"external_id":"a","custom_attributes":{"shoe_size":"43"}})";
    EXPECT_EQ(call("POST", "/contacts", body).error(), "Custom attribute 'shoe_size' does not exist");
    EXPECT_EQ(call("POST", "/data_attributes", R"({"name":"shoe_size","model":"contact","data_type":"string"})").status,
              200);
    EXPECT_EQ(call("POST", "/contacts", body).status, 200);
}

TEST_F(WorldTest, AMergedContactPointsToTheSurvivor) {
    const std::string lead = call("POST", "/contacts", R"({"role":"lead","email":"client_1@example.com"})").text("id");
    ASSERT_EQ(call("POST", "/contacts/merge", fmt::format(R"({{"from":"{}","into":"{}"}})", lead, seeded(1))).status,
              200);
    const Answer gone = call("GET", "/contacts/" + lead);
    EXPECT_EQ(gone.status, 410);
    EXPECT_EQ(gone.headers.at("Link"), fmt::format("</contacts/{}>; rel=\"canonical\"", seeded(1)));
    EXPECT_EQ(call("POST", "/contacts/" + lead + "/unarchive").status, 400);
}

TEST_F(WorldTest, EventsAreCountedOnce) {
    const char* event = R"({"event_name":"e","created_at":1700000000,"user_id":"client_1","metadata":{"k":"v"}})";
    EXPECT_EQ(call("POST", "/events", event).status, 202);
    EXPECT_EQ(call("POST", "/events", event).status, 202);
    const Answer summary = call("GET", "/events?type=user&user_id=client_1&summary=true");
    EXPECT_EQ(summary.body.at_pointer("/events/0/count"), 1);
    EXPECT_EQ(call("POST", "/events", R"({"event_name":"e","created_at":1700000000,"user_id":"nobody"})").status, 404);
}

TEST_F(WorldTest, AMessageMayOpenAConversation) {
    const Answer sent = call("POST", "/messages",
                             fmt::format(R"({{"message_type":"inapp","body":"Hi","from":{{"type":"admin","id":394051}},
        "to":{{"type":"user","id":"{}"}},"create_conversation_without_contact_reply":true}})",
                                         seeded(2)));
    ASSERT_EQ(sent.status, 200);
    const Answer found =
        call("POST", "/conversations/search",
             fmt::format(R"({{"query":{{"field":"source.id","operator":"=","value":"{}"}}}})", sent.text("id")));
    EXPECT_EQ(found.body.at("total_count"), 1);
    EXPECT_EQ(found.body.at_pointer("/conversations/0/id").as_string(), sent.text("conversation_id"));
}

TEST_F(WorldTest, TagsIgnoreCaseAndUnknownUsers) {
    const Answer tag = call("POST", "/tags", R"({"name":"Vip"})");
    const Answer same =
        call("POST", "/tags", fmt::format(R"({{"name":"vip","users":[{{"id":"{}"}},{{"id":"nobody"}}]}})", seeded(1)));
    EXPECT_EQ(same.text("id"), tag.text("id"));
    EXPECT_EQ(same.body.at("users").as_array().size(), 1U);
    EXPECT_EQ(call("POST", "/tags", R"({"name":"vip","users":[{"id":"nobody"}]})", "2.15").status, 404);
    const std::string path = "/contacts/" + seeded(1) + "/tags/" + tag.text("id");
    EXPECT_EQ(call("DELETE", path).status, 200);
    EXPECT_EQ(call("DELETE", path).status, 404);
}

TEST_F(WorldTest, ListsPageByCursorWithoutGaps) {
    std::set<std::string> seen;
    std::string path = "/contacts?per_page=7";
    for (int pages = 0; pages < 100; ++pages) {
        const Answer page = call("GET", path);
        for (const json::value& one : page.body.at("data").as_array()) {
            EXPECT_TRUE(seen.insert(json::value_to<std::string>(one.at("id"))).second);
        }
        const json::value& next = page.body.at("pages").at("next");
        if (next.is_null()) break;
        path = "/contacts?per_page=7&starting_after=" + json::value_to<std::string>(next.at("starting_after"));
    }
    EXPECT_EQ(seen.size(), 98U);  // two of the hundred are archived
}

}  // namespace
}  // namespace sim
