// All recipients as one file.

#include "api/recipients_export.hpp"
#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
using test::Mistakes;
namespace json = boost::json;

class Export : public test::ApiTest {
 protected:
    void given_records(std::int64_t count, DeliveryState state = DeliveryState::accepted) {
        for (std::int64_t i = 0; i < count; ++i) {
            const auto position = static_cast<std::int64_t>(store.records.size());
            store.records.push_back({.number = 1 + position,
                                     .campaign = store.only().id,
                                     .position = position,
                                     .ref = {ContactRef::Kind::external_id, "c-" + std::to_string(position)},
                                     .state = state,
                                     .reason = state == DeliveryState::skipped ? "not_found" : "",
                                     .detail = {},
                                     .contact = {},
                                     .attempts = 1,
                                     .message_id = {},
                                     .request_id = {},
                                     .not_before = {},
                                     .updated_at = clock.wall_now()});
        }
    }
    std::optional<std::string> next(api::Response& response) {
        auto piece = test::start(io, response.stream->next());
        EXPECT_TRUE(piece.done());
        return std::move(piece.get());
    }
    std::vector<std::string> pieces(api::Response response) {
        std::vector<std::string> out;
        while (auto piece = next(response)) out.push_back(*std::move(piece));
        EXPECT_TRUE(response.stream->whole());
        return out;
    }
    api::Response ask(const std::string& query) { return get(path() + "/recipients?" + query); }
};

TEST_F(Export, NdjsonIsTheListLineByLine) {
    given_campaign(true);
    given_records(2);
    auto response = ask("format=ndjson");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Content-Type"), "application/x-ndjson");
    EXPECT_EQ(header(response, "Content-Disposition"),
              "attachment; filename=\"" + store.only().id.value + "-recipients.ndjson\"");
    const auto listed = parsed(get(path() + "/recipients")).at("data");
    EXPECT_EQ(pieces(std::move(response)),
              (std::vector{json::serialize(listed.at(0)) + "\n" + json::serialize(listed.at(1)) + "\n"}));
}

TEST_F(Export, CsvHasALineOfColumnsAndEveryMemberInItsPlace) {
    given_campaign(true);
    given_records(1, DeliveryState::skipped);
    auto& record = store.records[0];
    record.ref = {ContactRef::Kind::email, "a@x.org"};
    record.detail = "said \"no\", twice";
    record.contact = ContactId{"6320"};
    record.message_id = "m-1";
    record.request_id = "r-1";
    record.not_before = clock.wall_now();
    auto response = ask("format=csv");
    EXPECT_EQ(header(response, "Content-Type"), "text/csv; charset=utf-8; header=present");
    EXPECT_EQ(pieces(std::move(response)),
              (std::vector<std::string>{
                  "id,contact_id,external_id,email,state,reason,detail,attempts,message_id,intercom_contact_id,"
                  "request_id,not_before,updated_at\r\n"
                  "dlv_0000000000001,,,a@x.org,skipped,not_found,\"said \"\"no\"\", twice\",1,m-1,6320,"
                  "r-1,2026-11-23T00:00:00.000Z,2026-11-23T00:00:00.000Z\r\n"}));
}

TEST_F(Export, IsReadPageByPage) {
    given_campaign(true);
    given_records(2'500);
    const auto read = pieces(ask("format=ndjson"));
    ASSERT_EQ(read.size(), 3U);
    std::size_t lines = 0;
    for (const auto& piece : read) lines += static_cast<std::size_t>(std::ranges::count(piece, '\n'));
    EXPECT_EQ(lines, 2'500U);
    EXPECT_NE(read[2].find("\"c-2499\""), std::string::npos);
}

TEST_F(Export, EndsAfterAFullLastPage) {
    given_campaign(true);
    given_records(1'000);
    EXPECT_EQ(pieces(ask("format=ndjson")).size(), 2U);
    EXPECT_EQ(pieces(ask("format=csv&state=queued")), (std::vector{api::csv_columns()}));
}

TEST_F(Export, KeepsTheFilters) {
    given_campaign(true);
    given_records(1'200, DeliveryState::skipped);
    given_records(5);
    std::size_t lines = 0;
    for (const auto& piece : pieces(ask("format=ndjson&state=skipped&reason=not_found")))
        lines += static_cast<std::size_t>(std::ranges::count(piece, '\n'));
    EXPECT_EQ(lines, 1'200U);
}

TEST_F(Export, HasNoPagesToAskFor) {
    given_campaign(true);
    EXPECT_EQ(mistakes(ask("format=csv&limit=5")), (Mistakes{{"?limit", "not_allowed"}}));
    EXPECT_EQ(mistakes(ask("format=ndjson&cursor=x")), (Mistakes{{"?cursor", "not_allowed"}}));
    EXPECT_EQ(mistakes(ask("format=xlsx")), (Mistakes{{"?format", "invalid_value"}}));
    EXPECT_EQ(get("/v1/campaigns/cmp_00000000000000000000000000/recipients?format=csv").status, 404);
}

TEST_F(Export, IsNegotiatedByItsOwnMediaType) {
    given_campaign(true);
    const auto with = [&](const std::string& query, const std::string& accept) {
        return get(path() + "/recipients" + query, {{"Accept", accept}}).status;
    };
    EXPECT_EQ(with("?format=csv", "text/csv"), 200);
    EXPECT_EQ(with("?format=csv", "application/json"), 200);  // as a generated client asks
    EXPECT_EQ(with("?format=csv", "text/html"), 406);
    EXPECT_EQ(with("?format=ndjson", "application/x-ndjson"), 200);
    EXPECT_EQ(with("", "text/csv"), 406);
    EXPECT_EQ(with("", "application/json"), 200);
}

TEST_F(Export, ThatCannotBeReadToItsEndIsNotWhole) {
    given_campaign(true);
    given_records(1'500);
    auto response = ask("format=ndjson");
    EXPECT_TRUE(next(response));
    store.fails = Error{Errc::store_unavailable, "busy"};
    EXPECT_EQ(next(response), std::nullopt);
    EXPECT_FALSE(response.stream->whole());
    EXPECT_EQ(next(response), std::nullopt);
    EXPECT_EQ(ask("format=ndjson").status, 503);
}

TEST(CsvCell, IsQuotedAndNeverAFormula) {
    const std::map<std::string, std::string> cells{{"", ""},
                                                   {"plain text", "plain text"},
                                                   {"a,b", "\"a,b\""},
                                                   {"say \"hi\"", "\"say \"\"hi\"\"\""},
                                                   {"two\r\nlines", "\"two\r\nlines\""},
                                                   {"=1+1", "'=1+1"},
                                                   {"+49 170", "'+49 170"},
                                                   {"-5", "'-5"},
                                                   {"@import", "'@import"},
                                                   {"\tx", "'\tx"},
                                                   {"=cmd|' /C calc'!A0,1", "\"'=cmd|' /C calc'!A0,1\""},
                                                   {"a=b", "a=b"}};
    for (const auto& [text, cell] : cells) EXPECT_EQ(api::csv_cell(text), cell);
}

}  // namespace
}  // namespace herald
