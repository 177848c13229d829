#include "api/compression.hpp"

#include <zlib.h>

#include "api/negotiation.hpp"
#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

std::string gunzipped(std::string_view data) {
    z_stream state{};
    EXPECT_EQ(inflateInit2(&state, 15 + 16), Z_OK);
    std::string out(1 << 20, '\0');
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    state.avail_in = static_cast<uInt>(data.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&state, Z_FINISH), Z_STREAM_END);
    out.resize(state.total_out);
    inflateEnd(&state);
    return out;
}

bool takes(std::string accept_encoding) {
    return api::takes_gzip({{"Accept-Encoding", std::move(accept_encoding)}});
}

TEST(AcceptEncoding, TakesGzipWhenItIsNamedAndNoWorseThanThePlainForm) {
    for (const auto* field : {"gzip", "GZIP", "br, gzip;q=0.5", "*", "gzip;q=0.001", "deflate, *;q=0.1",
                              "gzip;q=0.5, identity;q=0.5", "identity;q=0, gzip"})
        EXPECT_TRUE(takes(field)) << field;
    for (const auto* field : {"", "br", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *", "gzip;q=0.2, identity",
                              "gzip;q=x", "gzip;q=2", "gzipped"})
        EXPECT_FALSE(takes(field)) << field;
    EXPECT_FALSE(api::takes_gzip({}));
}

TEST(EntityTag, OfTheCompressedFormNamesTheSameThing) {
    EXPECT_EQ(api::gzip_etag("\"abc\""), "\"abc-gzip\"");
    EXPECT_EQ(api::plain_etag("\"abc-gzip\""), "\"abc\"");
    EXPECT_EQ(api::plain_etag("\"abc\""), "\"abc\"");
}

class Compression : public test::ApiTest {
 protected:
    const api::Headers gzip{{"Accept-Encoding", "gzip"}};

    void given_long_campaign() {
        auto body = email_campaign();
        body["body_html"] = std::string(2'000, 'x');
        ASSERT_EQ(create(body).status, 201);
    }

    std::string whole(api::Response& response) {
        std::string out;
        for (;;) {
            const auto piece = test::start(io, response.stream->next()).get();
            if (!piece) return out;
            out += *piece;
        }
    }
};

TEST_F(Compression, IsForLargeAnswers) {
    given_long_campaign();
    const auto plain = get(path());
    ASSERT_GE(plain.body.size(), 1'024U);
    EXPECT_EQ(header(plain, "Content-Encoding"), "");
    EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
    const auto small = get(path(), gzip);
    EXPECT_EQ(header(small, "Content-Encoding"), "gzip");
    EXPECT_EQ(header(small, "Vary"), "Accept-Encoding");
    EXPECT_LT(small.body.size(), plain.body.size());
    EXPECT_EQ(gunzipped(small.body), plain.body);
    EXPECT_EQ(header(get("/livez", gzip), "Content-Encoding"), "");
}

TEST_F(Compression, OfAVeryLargeAnswerIsLeftToTheWorker) {
    auto body = email_campaign();
    body["body_html"] = std::string(100'000, 'x');
    ASSERT_EQ(create(body).status, 201);
    const auto before = worker.runs;
    EXPECT_EQ(header(get(path(), gzip), "Content-Encoding"), "gzip");
    EXPECT_EQ(worker.runs, before + 1);
}

TEST_F(Compression, GivesTheOtherRepresentationATagThatConditionsUnderstand) {
    given_long_campaign();
    const auto tag = header(get(path()), "ETag");
    const auto compressed = header(get(path(), gzip), "ETag");
    EXPECT_EQ(compressed, api::gzip_etag(tag));
    const auto fresh = get(path(), {{"Accept-Encoding", "gzip"}, {"If-None-Match", compressed}});
    EXPECT_EQ(fresh.status, 304);
    EXPECT_EQ(header(fresh, "ETag"), compressed);
    EXPECT_EQ(header(fresh, "Content-Encoding"), "");
    EXPECT_EQ(header(get(path(), {{"If-None-Match", tag}}), "ETag"), tag);
    const auto patch = [&](const std::string& match) {
        return send("PATCH", path(), R"({"subject":"Hello"})",
                    {{"Content-Type", "application/merge-patch+json"}, {"If-Match", match}})
            .status;
    };
    EXPECT_EQ(patch("\"other-gzip\""), 412);
    EXPECT_EQ(patch(compressed), 200);
}

TEST_F(Compression, OfAnExportHappensWhileItIsSent) {
    given_campaign(true);
    auto plain = get(path() + "/recipients?format=csv");
    auto small = get(path() + "/recipients?format=csv", gzip);
    EXPECT_EQ(header(small, "Content-Encoding"), "gzip");
    EXPECT_EQ(gunzipped(whole(small)), whole(plain));
    EXPECT_TRUE(small.stream->whole());
}

TEST_F(Compression, LeavesEventsAlone) {
    given_campaign(true);
    EXPECT_EQ(header(get(path() + "/events", gzip), "Content-Encoding"), "");
}

class Broken final : public api::BodyStream {
 public:
    Task<std::optional<std::string>> next() override {
        if (std::exchange(begun_, true)) co_return std::nullopt;
        co_return std::string(5'000, 'x');
    }
    bool whole() const override { return false; }

 private:
    bool begun_{};
};

TEST_F(Compression, OfWhatBreaksOffHasNoEnd) {
    api::Response response{.status = 200, .headers = {{"Content-Type", "text/csv"}}, .body = {}, .stream = {}};
    response.stream = std::make_unique<Broken>();
    const api::Request request{
        .method = "GET", .target = "/", .headers = gzip, .body = {}, .request_id = "r", .deadline = {}};
    test::start(io, [&]() -> Task<int> {
        co_await api::compress(request, response, worker);
        co_return 0;
    }());
    const auto sent = whole(response);
    EXPECT_FALSE(response.stream->whole());
    z_stream state{};
    ASSERT_EQ(inflateInit2(&state, 15 + 16), Z_OK);
    std::string out(10'000, '\0');
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(sent.data()));
    state.avail_in = static_cast<uInt>(sent.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    EXPECT_NE(inflate(&state, Z_FINISH), Z_STREAM_END);
    inflateEnd(&state);
}

}  // namespace
}  // namespace herald
