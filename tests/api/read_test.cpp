// Campaigns, lists and recipients as they are read.

#include "api/cursor.hpp"
#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
using test::Mistakes;
namespace json = boost::json;

class Read : public test::ApiTest {
 protected:
    void given_campaigns(int n) {
        for (int i = 0; i < n; ++i) {
            auto body = email_campaign();
            body["client_ref"] = "ref-" + std::to_string(i);
            ASSERT_EQ(create(body).status, 201);
            clock.advance(1ms);
        }
    }
    std::vector<std::string> refs(const json::value& page) {
        std::vector<std::string> out;
        for (const auto& c : page.at("data").as_array()) out.emplace_back(c.at("client_ref").as_string());
        return out;
    }
    void given_record(DeliveryState state, std::string reason = {}) {
        const auto position = static_cast<std::int64_t>(store.records.size());
        store.records.push_back({.number = 100 + position,
                                 .campaign = store.only().id,
                                 .position = position,
                                 .ref = {ContactRef::Kind::external_id, "c-" + std::to_string(position)},
                                 .state = state,
                                 .reason = std::move(reason),
                                 .detail = {},
                                 .contact = {},
                                 .attempts = 1,
                                 .message_id = state == DeliveryState::accepted ? "m-1" : "",
                                 .request_id = {},
                                 .not_before = {},
                                 .updated_at = clock.wall_now()});
        ++store.only().counts[state];
    }
};

TEST_F(Read, ACampaignShowsItsSummaryAsTheEarlierSystemDid) {
    given_campaign(true);
    given_record(DeliveryState::skipped, "not_found");
    given_record(DeliveryState::unknown, "timeout");
    for (int i = 0; i < 11; ++i) given_record(DeliveryState::accepted);
    given_record(DeliveryState::rejected, "parameter_invalid");
    const auto view = parsed(get(path())).at("intercom_integration");
    EXPECT_TRUE(view.at("enabled").as_bool());
    EXPECT_EQ(view.at("messages_sent").as_int64(), 13);
    EXPECT_EQ(view.at("successful").as_int64(), 11);
    EXPECT_EQ(view.at("failed").as_int64(), 2);
    EXPECT_EQ(view.at("results_url").as_string(), path() + "/recipients");
    const auto& results = view.at("results").as_array();
    ASSERT_EQ(results.size(), 10U);
    EXPECT_EQ(results[0], json::parse(R"({"contact":{"external_id":"c-1"},"success":false,"reason":"timeout"})"));
    EXPECT_EQ(results[1], json::parse(R"({"contact":{"external_id":"c-2"},"success":true,"message_id":"m-1"})"));
}

TEST_F(Read, OnlyARunningCampaignWaits) {
    given_campaign(true);
    waiting.now = {WaitReason::rate_limit, clock.wall_now() + 3s};
    EXPECT_EQ(parsed(get(path())).at("waiting"),
              json::parse(R"({"reason":"rate_limit","until":"2026-11-23T00:00:03.000Z"})"));
    ASSERT_EQ(act("pause").status, 200);
    EXPECT_FALSE(parsed(get(path())).as_object().contains("waiting"));
}

TEST_F(Read, AnEntityTagHoldsUntilAnythingChangesCountsIncluded) {
    const auto created = create(email_campaign());
    const auto read = get(path());
    const auto tag = header(read, "ETag");
    EXPECT_EQ(tag, header(created, "ETag"));
    const auto same = get(path(), {{"If-None-Match", "\"other\", W/" + tag}});
    EXPECT_EQ(same.status, 304);
    EXPECT_TRUE(same.body.empty());
    EXPECT_EQ(header(same, "ETag"), tag);
    --store.only().counts[DeliveryState::queued];
    ++store.only().counts[DeliveryState::inflight];
    EXPECT_EQ(get(path(), {{"If-None-Match", tag}}).status, 200);
    EXPECT_EQ(get(path(), {{"If-None-Match", "*"}}).status, 304);
}

TEST_F(Read, AListIsPagedInTheOrderAskedFor) {
    given_campaigns(5);
    auto page = parsed(get("/v1/campaigns?limit=2"));
    EXPECT_EQ(refs(page), (std::vector<std::string>{"ref-4", "ref-3"}));
    const auto cursor = std::string(page.at("next_cursor").as_string());
    given_campaigns(0);
    page = parsed(get("/v1/campaigns?limit=3&cursor=" + cursor));
    EXPECT_EQ(refs(page), (std::vector<std::string>{"ref-2", "ref-1", "ref-0"}));
    EXPECT_TRUE(page.at("next_cursor").is_null());
    EXPECT_EQ(refs(parsed(get("/v1/campaigns?order=asc&limit=1"))), (std::vector<std::string>{"ref-0"}));
}

TEST_F(Read, AListIsFilteredByStateAndClientRef) {
    given_campaigns(3);
    store.campaigns[1].state = CampaignState::paused;
    EXPECT_EQ(refs(parsed(get("/v1/campaigns?state=paused"))), (std::vector<std::string>{"ref-1"}));
    EXPECT_EQ(refs(parsed(get("/v1/campaigns?client_ref=ref-2"))), (std::vector<std::string>{"ref-2"}));
    EXPECT_EQ(get("/v1/campaigns?client_ref=none").body, R"({"data":[],"next_cursor":null})");
}

TEST_F(Read, AListLeavesOutWhatCanBeLarge) {
    given_campaigns(1);
    const auto listed = parsed(get("/v1/campaigns")).at("data").at(0).as_object();
    for (const auto* member : {"body_html", "body_text", "variables"}) EXPECT_FALSE(listed.contains(member));
    EXPECT_FALSE(listed.at("intercom_integration").as_object().contains("results"));
    EXPECT_TRUE(listed.contains("counts"));
}

TEST_F(Read, WrongParametersOfAListAreNamed) {
    given_campaigns(2);
    const auto foreign = std::string(parsed(get("/v1/campaigns?limit=1&order=asc")).at("next_cursor").as_string());
    for (const std::string wrong : {"limit=0", "limit=101", "limit=x", "limit=", "limit=-1", "order=up", "state=done",
                                    "cursor=", "cursor=!!", "cursor=abc", "cursor"}) {
        const auto response = get("/v1/campaigns?" + wrong);
        EXPECT_EQ(response.status, 400) << wrong;
        EXPECT_EQ(mistakes(response), (Mistakes{{"?" + wrong.substr(0, wrong.find('=')), "invalid_value"}}));
    }
    EXPECT_EQ(get("/v1/campaigns?cursor=" + foreign).status, 400);
    EXPECT_EQ(get("/v1/campaigns?cursor=" + api::make_cursor("campaigns-desc", "x")).status, 400);
    EXPECT_EQ(get("/v1/campaigns?order=asc&cursor=" + foreign).status, 200);
}

TEST_F(Read, RecipientsArePagedWithWhatIsKnownOfEach) {
    given_campaign(true);
    given_record(DeliveryState::accepted);
    store.records[0].contact = ContactId{"6320b1c7e5a1f20017a3c0de"};
    given_record(DeliveryState::skipped, "unsubscribed");
    given_record(DeliveryState::queued);
    const auto first = parsed(get(path() + "/recipients?limit=2"));
    EXPECT_EQ(first.at("data").at(0), json::parse(R"({"id":"dlv_0000000000034","contact":{"external_id":"c-0"},
        "state":"accepted","intercom_contact_id":"6320b1c7e5a1f20017a3c0de","attempts":1,"message_id":"m-1",
        "updated_at":"2026-11-23T00:00:00.000Z"})"));
    EXPECT_EQ(first.at("data").at(1).at("reason").as_string(), "unsubscribed");
    const auto cursor = std::string(first.at("next_cursor").as_string());
    const auto second = parsed(get(path() + "/recipients?limit=2&cursor=" + cursor));
    EXPECT_EQ(second.at("data").as_array().size(), 1U);
    EXPECT_TRUE(second.at("next_cursor").is_null());
}

TEST_F(Read, RecipientsAreFilteredByStateAndReason) {
    given_campaign(true);
    given_record(DeliveryState::skipped, "not_found");
    given_record(DeliveryState::skipped, "unsubscribed");
    given_record(DeliveryState::accepted);
    const auto count = [&](const std::string& query) {
        return parsed(get(path() + "/recipients?" + query)).at("data").as_array().size();
    };
    EXPECT_EQ(count("state=skipped"), 2U);
    EXPECT_EQ(count("state=skipped&reason=not_found"), 1U);
    EXPECT_EQ(count("reason=nothing"), 0U);
}

TEST_F(Read, WrongParametersOfRecipientsAreNamed) {
    given_campaigns(2);
    const auto other = "/v1/campaigns/" + store.campaigns[1].id.value + "/recipients?cursor=";
    const auto cursor = api::make_cursor("recipients-" + store.campaigns[0].id.value, "0");
    EXPECT_EQ(get(path() + "/recipients?cursor=" + cursor).status, 200);
    EXPECT_EQ(get(other + cursor).status, 400);
    for (const std::string position : {"x", "-1", "1x", "99999999999999999999"})
        EXPECT_EQ(get(path() +
                      "/recipients?cursor=" + api::make_cursor("recipients-" + store.campaigns[0].id.value, position))
                      .status,
                  400);
    for (const auto* wrong : {"limit=501", "state=sent", "order=asc"})
        EXPECT_EQ(get(path() + "/recipients?" + wrong).status, 400) << wrong;
    EXPECT_EQ(get("/v1/campaigns/cmp_00000000000000000000000000/recipients").status, 404);
}

TEST(Cursor, ComesBackForItsListOnly) {
    for (const std::string position : {"", "a", "ab", "abc", "abcd", "\xff\x00"}) {
        EXPECT_EQ(api::read_cursor("l", api::make_cursor("l", position)), position);
        EXPECT_EQ(api::read_cursor("m", api::make_cursor("l", position)), std::nullopt);
    }
}

}  // namespace
}  // namespace herald
