// Audit entries as they are read, and the check of the chain.

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using test::Mistakes;
namespace json = boost::json;

class Audit : public test::ApiTest {
 protected:
    Audit() {
        for (int i = 0; i < 5; ++i)
            audit.add(WallTime{seconds(100 + i)}, i % 2 == 0 ? "crm" : "herald",
                      i == 0 ? "email_campaign_created" : "campaign_paused",
                      i < 3 ? "campaign:cmp_1" : "campaign:cmp_2",
                      {{"recipient_count", std::int64_t{i}}, {"reason", std::string("late")}, {"flag", true}});
    }
    std::vector<std::int64_t> positions(const json::value& page) {
        std::vector<std::int64_t> out;
        for (const auto& entry : page.at("data").as_array()) out.push_back(entry.at("position").as_int64());
        return out;
    }
    std::vector<std::int64_t> list(const std::string& query) {
        const auto response = get("/v1/audit_entries" + query);
        EXPECT_EQ(response.status, 200) << response.body;
        return positions(parsed(response));
    }
};

TEST_F(Audit, AnEntrySaysWhoDidWhatToWhatWhen) {
    const auto page = parsed(get("/v1/audit_entries?order=asc&limit=1"));
    const auto& entry = page.at("data").at(0).as_object();
    EXPECT_EQ(json::serialize(entry),
              R"({"id":"aud_0000000000035","position":1,"at":"1970-01-01T00:01:40.000Z","actor":"crm",)"
              R"("request_id":"req_7","action":"email_campaign_created","resource":"campaign:cmp_1",)"
              R"("details":{"flag":true,"reason":"late","recipient_count":0},"hash":")" +
                  audit.entries[0].hash + "\"}");
    audit.entries[0].request_id.clear();
    EXPECT_FALSE(parsed(get("/v1/audit_entries?order=asc")).at("data").at(0).as_object().contains("request_id"));
    EXPECT_EQ(audit.asked_for.value, "acme");
}

TEST_F(Audit, NewestFirstUnlessToldOtherwiseAndFiltersAddUp) {
    using P = std::vector<std::int64_t>;
    EXPECT_EQ(list(""), (P{5, 4, 3, 2, 1}));
    EXPECT_EQ(list("?order=asc"), (P{1, 2, 3, 4, 5}));
    EXPECT_EQ(list("?actor=herald"), (P{4, 2}));
    EXPECT_EQ(list("?action=email_campaign_created"), (P{1}));
    EXPECT_EQ(list("?resource=campaign:cmp_2"), (P{5, 4}));
    EXPECT_EQ(list("?resource=campaign%3Acmp_2&actor=crm"), (P{5}));
    EXPECT_EQ(list("?from=1970-01-01T00:01:42Z&to=1970-01-01T00:01:44Z"), (P{4, 3}));
    EXPECT_EQ(list("?from=1970-01-01T01:01:43%2B01:00"), (P{5, 4}));
    EXPECT_EQ(list("?actor=nobody"), P{});
}

TEST_F(Audit, PagesStayTheSameWhenEntriesAreAdded) {
    const auto first = parsed(get("/v1/audit_entries?limit=2"));
    EXPECT_EQ(positions(first), (std::vector<std::int64_t>{5, 4}));
    const auto cursor = std::string(first.at("next_cursor").as_string());
    audit.add(WallTime{seconds(200)}, "crm", "campaign_resumed", "campaign:cmp_2");
    audit.add(WallTime{seconds(1)}, "crm", "campaign_resumed", "campaign:cmp_2");  // by a clock that was set back
    const auto second = parsed(get("/v1/audit_entries?limit=2&cursor=" + cursor));
    EXPECT_EQ(positions(second), (std::vector<std::int64_t>{3, 2}));
    const auto last =
        parsed(get("/v1/audit_entries?limit=2&cursor=" + std::string(second.at("next_cursor").as_string())));
    EXPECT_EQ(positions(last), (std::vector<std::int64_t>{1, 7}));
    EXPECT_TRUE(last.at("next_cursor").is_null());
    EXPECT_EQ(get("/v1/audit_entries?order=asc&cursor=" + cursor).status, 400);
}

TEST_F(Audit, WrongParametersAreRefused) {
    for (const auto* wrong : {"limit=0", "limit=501", "order=up", "cursor=abc", "from=yesterday",
                              "to=2026-02-30T00:00:00Z", "from=1970-01-01T00:00:00+01:00"}) {
        const auto response = get(std::string("/v1/audit_entries?") + wrong);
        EXPECT_EQ(response.status, 400) << wrong;
        EXPECT_EQ(code(response), "invalid_parameter") << wrong;
    }
    EXPECT_EQ(mistakes(get("/v1/audit_entries?from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z")),
              (Mistakes{{"?to", "invalid_value"}}));
    EXPECT_EQ(get("/v1/audit_entries?user=x").status, 400);
    EXPECT_EQ(get("/v1/audit_entries/verify?limit=1").status, 400);
    EXPECT_EQ(send("POST", "/v1/audit_entries").status, 405);
    EXPECT_EQ(get("/v1/audit_entries/aud_0000000000035").status, 404);
}

TEST_F(Audit, AChainThatHoldsIsSaidToHold) {
    const auto answer = parsed(get("/v1/audit_entries/verify"));
    EXPECT_EQ(json::serialize(answer),
              R"({"workspace":"acme","intact":true,"entries":5,"head":")" + audit.entries.back().hash + "\"}");
    audit.entries.clear();
    EXPECT_EQ(parsed(get("/v1/audit_entries/verify")).at("head").as_string(), std::string(genesis));
}

TEST_F(Audit, TheFirstBadEntryIsNamed) {
    audit.entries[3].actor = "somebody";
    const auto answer = parsed(get("/v1/audit_entries/verify"));
    EXPECT_FALSE(answer.at("intact").as_bool());
    EXPECT_EQ(answer.at("entries").as_int64(), 3);
    const auto& bad = answer.at("first_bad");
    EXPECT_EQ(bad.at("position").as_int64(), 4);
    EXPECT_EQ(bad.at("id").as_string(), audit.entries[3].id());
    EXPECT_EQ(bad.at("fault").as_string(), "altered");

    audit.entries.erase(audit.entries.begin() + 1);
    const auto gap = parsed(get("/v1/audit_entries/verify")).at("first_bad");
    EXPECT_EQ(gap.at("fault").as_string(), "missing");
    EXPECT_FALSE(gap.as_object().contains("id"));
}

TEST_F(Audit, ACheckEndsWithItsDeadline) {
    audit.before_slice = [this] { clock.advance(seconds(20)); };
    const auto response = get("/v1/audit_entries/verify");
    EXPECT_EQ(response.status, 504);
    EXPECT_EQ(code(response), "deadline_exceeded");
}

TEST_F(Audit, AStoreThatFailsIsSaidToFail) {
    audit.fails = Error{Errc::store_unavailable, "the store is unavailable"};
    EXPECT_EQ(get("/v1/audit_entries").status, 503);
    EXPECT_EQ(get("/v1/audit_entries/verify").status, 503);
}

}  // namespace
}  // namespace herald
