// Whom the client believes to be the host that it wanted.

#include <filesystem>
#include <fstream>

#include <boost/asio/ssl/stream.hpp>

#include "tests/support/manual_clock.hpp"
#include "tests/webhook/certificate.hpp"
#include "tests/webhook/client_fixture.hpp"

namespace herald::webhook {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class WebhookTlsTest : public test::ClientFixture<herald::test::ManualClock> {
 protected:
    WebhookTlsTest() {
        std::ofstream(ca_file) << authority.pem();
        options.ca_file = ca_file;
    }
    ~WebhookTlsTest() override { std::filesystem::remove(ca_file); }

    // One connection: shakes hands as `certificate`, reads a request and says yes.
    Result<void> post_to(const test::Certificate& certificate, int newest_version = 0) {
        asio::ssl::context tls(asio::ssl::context::tls_server);
        certificate.serve_with(tls);
        SSL_CTX_set_security_level(tls.native_handle(), 0);
        SSL_CTX_set_max_proto_version(tls.native_handle(), newest_version);
        tcp::acceptor acceptor(*io, {asio::ip::make_address("127.0.0.1"), 0});
        const auto port = std::to_string(acceptor.local_endpoint().port());
        options.policy.insecure = {{"receiver", false, port}};
        client.reset();
        asio::co_spawn(*io, serve(acceptor, tls, request_), [](std::exception_ptr) {});
        auto result = post({.url = "https://receiver:" + port + "/s3cret", .body = "{}"});
        acceptor.close();
        io->restart();
        io->poll();
        return result;
    }

    static Task<void> serve(tcp::acceptor& acceptor, asio::ssl::context& tls, std::string& request) {
        asio::ssl::stream<tcp::socket> stream(co_await acceptor.async_accept(asio::use_awaitable), tls);
        co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
        co_await asio::async_read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n{}", asio::use_awaitable);
        const std::string yes = "HTTP/1.1 204 No Content\r\n\r\n";
        co_await asio::async_write(stream, asio::buffer(yes), asio::use_awaitable);
    }

    const test::Certificate authority{"Our own authority", nullptr};
    const std::string ca_file = std::filesystem::path(testing::TempDir()) / ("herald-webhook-" + port() + ".pem");
    std::string request_;
};

TEST_F(WebhookTlsTest, BelievesACertificateOfItsAuthorityThatNamesTheHost) {
    const auto result = post_to({"receiver", &authority});
    EXPECT_TRUE(result) << result.error().detail;
    EXPECT_TRUE(request_.starts_with("POST /s3cret HTTP/1.1\r\n")) << request_;
}

TEST_F(WebhookTlsTest, TellsNobodyElseAnything) {
    const test::Certificate stranger{"Somebody else's authority", nullptr};
    for (const auto& result : {post_to({"receiver", &stranger}), post_to({"another", &authority}),
                               post_to({"receiver", nullptr}), post_to({"receiver", &authority}, TLS1_1_VERSION)}) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, Errc::not_executed);
        EXPECT_TRUE(result.error().detail.starts_with("receiver: tls: ")) << result.error().detail;
    }
    EXPECT_EQ(request_, "");
}

}  // namespace
}  // namespace herald::webhook
