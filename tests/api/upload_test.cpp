// Uploads of recipients, over a faked store.

#include <fmt/format.h>

#include "tests/api/api_fixture.hpp"

namespace herald::test {
namespace {

class UploadTest : public ApiTest {
 protected:
    PiecewiseBody body;

    api::Response upload(std::vector<std::string> pieces, const std::string& type = "application/x-ndjson",
                         api::Headers headers = {}) {
        body.pieces.assign(pieces.begin(), pieces.end());
        headers.set("Content-Type", type);
        api::Request request{.method = "POST",
                             .target = path() + "/recipients",
                             .headers = std::move(headers),
                             .body = {},
                             .stream = &body,
                             .request_id = "req_1",
                             .deadline = Deadline::after(clock.now(), seconds(30))};
        auto started = start(io, api->handle(std::move(request)));
        EXPECT_TRUE(started.done());
        return std::move(started.get());
    }
    void given_empty_draft() {
        auto campaign = email_campaign();
        campaign.erase("audience");
        ASSERT_EQ(create(campaign).status, 201);
    }
    static std::string lines(int from, int to) {
        std::string out;
        for (int i = from; i < to; ++i) out += fmt::format("{{\"external_id\":\"u-{}\"}}\n", i);
        return out;
    }
    static std::string detail(const api::Response& response) {
        return std::string(parsed(response).at("detail").as_string());
    }
};

TEST_F(UploadTest, AnswersWithWhatBecameOfTheLines) {
    given_campaign();  // c-1 and b@x.org
    const auto response = upload({R"({"external_id":"c-)", R"(1"}
{"external_id":"c-2","variables":{"n":1}}
{"email":"B@X.org"}
{"email":)",
                                  "7}\n"});
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(parsed(response), json::parse(R"({"lines":4,"accepted":1,"duplicates":2,"errors_total":1,
        "errors":[{"line":4,"code":"wrong_type","detail":"/email: a string is expected, not a number"}],
        "audience_size":3})"));
    EXPECT_EQ(store.audiences.at(0).back(), (Recipient{{ContactRef::Kind::external_id, "c-2"}, {{"n", "1"}}}));
}

TEST_F(UploadTest, TakesCsv) {
    given_empty_draft();
    const auto response = upload({"email,name\na@x.org,Ann\n"}, "text/csv; charset=UTF-8");
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(store.audiences.at(0),
              (std::vector<Recipient>{{{ContactRef::Kind::email, "a@x.org"}, {{"name", "Ann"}}}}));
    EXPECT_EQ(upload({"name\nAnn\n"}, "text/csv").status, 422);
}

TEST_F(UploadTest, StoresBatchesOfBoundedSize) {
    given_empty_draft();
    EXPECT_EQ(upload({lines(0, 4'000), lines(4'000, 11'000)}).status, 200);
    EXPECT_EQ(store.batches, (std::vector<std::size_t>{5'000, 5'000, 1'000}));
}

TEST_F(UploadTest, AConnectionThatBreaksKeepsWhatWasStored) {
    given_empty_draft();
    body.fails = api::BodyFailure::gone;
    const auto response = upload({lines(0, 5'500)});
    EXPECT_EQ(response.status, 400);
    EXPECT_NE(detail(response).find("5000 recipients"), std::string::npos) << response.body;
    EXPECT_EQ(store.only().counts.audience(), 5'000);
    body.fails = api::BodyFailure::too_slow;
    EXPECT_EQ(upload({"x"}).status, 408);
}

TEST_F(UploadTest, ALaunchInTheMiddleEndsItAndTheAnswerSaysWhatStays) {
    given_empty_draft();
    store.before_append = [this](std::size_t batch) {
        if (batch == 2) store.only().state = CampaignState::running;
    };
    const auto response = upload({lines(0, 12'000)});
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(code(response), "state_conflict");
    EXPECT_NE(detail(response).find("running"), std::string::npos);
    EXPECT_NE(detail(response).find("5000 recipients"), std::string::npos) << response.body;
}

TEST_F(UploadTest, IsRecordedOnceHoweverItEnds) {
    given_empty_draft();
    EXPECT_EQ(upload({lines(0, 6'000), "x\n"}).status, 200);
    ASSERT_EQ(store.uploads.size(), 1U);
    EXPECT_EQ(store.uploads[0], (UploadSummary{6'001, 6'000, 0, 1, "complete"}));
    EXPECT_EQ(store.callers.back().actor, "anonymous");
    EXPECT_EQ(store.callers.back().request_id, "req_1");

    body.fails = api::BodyFailure::gone;
    EXPECT_EQ(upload({lines(0, 5'500)}).status, 400);
    ASSERT_EQ(store.uploads.size(), 2U);
    EXPECT_EQ(store.uploads[1].outcome, "malformed_request");
    EXPECT_EQ(store.uploads[1].duplicates, 5'000);

    EXPECT_EQ(upload({"name\nAnn\n"}, "text/csv").status, 422);
    EXPECT_EQ(store.uploads.at(2), (UploadSummary{0, 0, 0, 0, "validation_failed"}));

    store.only().state = CampaignState::running;
    EXPECT_EQ(upload({lines(0, 1)}).status, 409);
    EXPECT_EQ(store.uploads.size(), 3U);  // nothing was read
}

TEST_F(UploadTest, IsRefusedBeforeItsBodyIsRead) {
    given_campaign(true);
    EXPECT_EQ(upload({lines(0, 1)}).status, 409);
    EXPECT_EQ(upload({lines(0, 1)}, "application/json").status, 415);
    EXPECT_EQ(upload({lines(0, 1)}, "text/csv; charset=latin1").status, 415);
    EXPECT_EQ(upload({lines(0, 1)}, "text/csv", {{"Content-Encoding", "gzip"}}).status, 415);
    EXPECT_EQ(code(upload({lines(0, 1)}, "text/csv", {{"Idempotency-Key", "k"}})), "invalid_idempotency_key");
    store.only().id = CampaignId{"cmp_none"};
    EXPECT_EQ(upload({lines(0, 1)}).status, 404);
    EXPECT_EQ(body.reads, 0U);
}

TEST_F(UploadTest, OnlyThisRouteReadsItsBodyAsItComes) {
    given_campaign();
    EXPECT_TRUE(api->intake("POST", path() + "/recipients").streams);
    EXPECT_FALSE(api->intake("GET", path() + "/recipients").streams);
    EXPECT_FALSE(api->intake("POST", "/v1/campaigns").streams);
}

TEST_F(UploadTest, ADraftWithoutAudienceIsNotLaunched) {
    given_empty_draft();
    const auto refused = act("launch");
    EXPECT_EQ(refused.status, 409);
    EXPECT_NE(detail(refused).find("without audience"), std::string::npos);
    auto launched = email_campaign();
    launched.erase("audience");
    launched["launch"] = true;
    EXPECT_EQ(mistakes(create(launched)), (Mistakes{{"/audience", "required"}}));
    EXPECT_EQ(upload({lines(0, 1)}).status, 200);
    EXPECT_EQ(act("launch").status, 202);
}

}  // namespace
}  // namespace herald::test
