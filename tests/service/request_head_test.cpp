#include "service/request_head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <gtest/gtest.h>

#include "service/response_head.hpp"

namespace herald::service {
namespace {

namespace http = boost::beast::http;

// The status of the refusal, -1 when the parser itself refuses it, 0 when it is taken.
int judged(const std::string& lines, const std::string& request_line = "POST /v1/campaigns HTTP/1.1",
           bool with_host = true) {
    const auto text = request_line + "\r\n" + (with_host ? "Host: h\r\n" : "") + lines + "\r\n";
    http::request_parser<http::empty_body> parser;
    boost::system::error_code error;
    parser.put(boost::asio::buffer(text), error);
    if (error) return -1;
    const auto refusal = refuse_head(text, parser.get(), 100);
    return refusal ? refusal->status : 0;
}

TEST(RequestHead, OfAnOrdinaryRequestIsTaken) {
    EXPECT_EQ(judged("Content-Length: 2\r\nX: \xC3\xA4\r\n"), 0);
    EXPECT_EQ(judged("Transfer-Encoding: Chunked\r\n"), 0);
    EXPECT_EQ(judged("Expect: 100-Continue\r\nContent-Length: 2\r\n"), 0);
    EXPECT_EQ(judged("", "GET /livez HTTP/1.0", false), 0);
    for (const auto* host : {"h:8080", "127.0.0.1", "[::1]:80", ""})
        EXPECT_EQ(judged(std::string("Host: ") + host + "\r\n", "GET / HTTP/1.1", false), 0) << host;
}

TEST(RequestHead, ThatLeavesOpenWhereTheMessageEndsIsRefused) {
    for (const auto* lines : {
             "Content-Length: 2, 2\r\n",
             "Content-Length: 2\r\nContent-Length: 2\r\n",
             "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: identity\r\n",
             "Transfer-Encoding: gzip, chunked\r\n",
             "Transfer-Encoding: chunked, chunked\r\n",
             "Transfer-Encoding: xchunked\r\n",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
             "Transfer-Encoding:\r\n chunked\r\n",
             "X: a\r\n\tb\r\n",
             "X : a\r\n",
             "X: a\nY: b\r\n",
         })
        EXPECT_NE(judged(lines), 0) << lines;
    EXPECT_EQ(judged("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0"), 400);
}

TEST(RequestHead, NamesOneHostWhenItIsOfHttp11) {
    EXPECT_EQ(judged("", "GET / HTTP/1.1", false), 400);
    EXPECT_EQ(judged("Host: other\r\n"), 400);
    EXPECT_EQ(judged("Host: other\r\n", "GET / HTTP/1.0"), 400);
    for (const auto* host : {"a b", "user@h", "h/path", "h:port", "[::1"})
        EXPECT_EQ(judged(std::string("Host: ") + host + "\r\n", "GET / HTTP/1.1", false), 400) << host;
}

TEST(RequestHead, HasATargetOfLimitedLength) {
    EXPECT_EQ(judged("", "GET /" + std::string(99, 'x') + " HTTP/1.1"), 0);
    EXPECT_EQ(judged("", "GET /" + std::string(100, 'x') + " HTTP/1.1"), 414);
}

TEST(RequestHead, MayExpectNothingButToContinue) {
    EXPECT_EQ(judged("Expect: 200-ok\r\n"), 417);
    EXPECT_EQ(judged("Expect: 200-ok\r\n", "POST / HTTP/1.0"), 0);  // HTTP/1.0 knows no expectations
}

TEST(ResponseHead, SaysHowLongTheBodyIsAndWhatBecomesOfTheConnection) {
    const WallTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(5)};
    const api::Response response{.status = 404, .headers = {{"X-Y", "z"}}, .body = {}, .stream = {}};
    EXPECT_EQ(response_head(response, {.version = 11, .keep = true, .length = 7}, now),
              "HTTP/1.1 404 Not Found\r\nDate: Mon, 23 Nov 2026 05:00:00 GMT\r\nX-Y: z\r\nContent-Length: 7\r\n\r\n");
    EXPECT_TRUE(response_head(response, {.version = 11}, now).ends_with("X-Y: z\r\nConnection: close\r\n\r\n"));
    EXPECT_TRUE(response_head(response, {.version = 11, .keep = true, .chunked = true}, now)
                    .ends_with("Transfer-Encoding: chunked\r\n\r\n"));
    EXPECT_TRUE(response_head(response, {.version = 10, .keep = true}, now).contains("Connection: keep-alive\r\n"));
    EXPECT_FALSE(response_head(response, {.version = 10}, now).contains("Connection"));
}

}  // namespace
}  // namespace herald::service
