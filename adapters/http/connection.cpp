#include "adapters/http/connection.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <type_traits>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <openssl/ssl.h>

namespace herald::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr int max_interim_answers = 8;  // 1xx

Failure failed(Phase phase, const error_code& error) {
    return {phase, std::string(name(phase)) + ": " + error.message()};
}

bool ended_by_peer(const error_code& error) {
    return error == beast::http::error::end_of_stream || error == asio::error::eof ||
           error == asio::error::connection_reset || error == asio::ssl::error::stream_truncated;
}

template <class Stream>
class StreamConnection final : public Connection {
    static constexpr bool is_tls = !std::is_same_v<Stream, beast::tcp_stream>;

 public:
    template <class... Args>
    StreamConnection(Clock& clock, const Endpoint& endpoint, const ClientOptions& options, Args&&... args)
        : clock_(clock), endpoint_(endpoint), options_(options), stream_(std::forward<Args>(args)...) {}

    Task<std::expected<void, Failure>> open(const Addresses& addresses, Deadline deadline) override {
        auto& tcp = beast::get_lowest_layer(stream_);
        tcp.expires_at(deadline.capped(clock_.now(), options_.connect).at);
        const auto [connect_error, peer] = co_await tcp.async_connect(addresses, token);
        if (connect_error) co_return std::unexpected(failed(Phase::connect, connect_error));
        error_code ignored;
        tcp.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
        tcp.socket().set_option(asio::socket_base::keep_alive(true), ignored);
        if constexpr (is_tls) {
            if (SSL_set_tlsext_host_name(stream_.native_handle(), endpoint_.host.c_str()) != 1)
                co_return std::unexpected(Failure{Phase::tls, "tls: cannot name the host"});
            stream_.set_verify_callback(asio::ssl::host_name_verification(endpoint_.host));
            tcp.expires_at(deadline.capped(clock_.now(), options_.tls).at);
            const auto [tls_error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, token);
            if (tls_error) co_return std::unexpected(failed(Phase::tls, tls_error));
        }
        opened = clock_.now();
        co_return std::expected<void, Failure>{};
    }

    Task<Outcome> round_trip(const Call& call, Deadline deadline) override {
        ++requests;
        reusable = false;  // until the whole answer was read
        auto& tcp = beast::get_lowest_layer(stream_);
        auto request = to_request(call);
        tcp.expires_at(deadline.capped(clock_.now(), options_.write).at);
        const auto [write_error, written] = co_await beast::http::async_write(stream_, request, token);
        if (write_error) co_return std::unexpected(failed(Phase::write, write_error));

        tcp.expires_at(deadline.at);
        for (int interim = 0; interim < max_interim_answers; ++interim) {
            beast::http::response_parser<beast::http::string_body> parser;
            parser.header_limit(static_cast<std::uint32_t>(options_.header_limit));
            parser.body_limit(options_.body_limit);
            const auto [read_error, read] = co_await beast::http::async_read(stream_, buffer_, parser, token);
            if (read_error) {
                auto failure = failed(Phase::response, read_error);
                failure.peer_closed = !parser.got_some() && ended_by_peer(read_error);
                co_return std::unexpected(std::move(failure));
            }
            if (parser.get().result_int() / 100 == 1) continue;
            tcp.expires_never();
            // Bytes after the answer were not asked for: whatever they are, do not read them as the next one.
            reusable = parser.get().keep_alive() && buffer_.size() == 0;
            co_return to_reply(parser.release());
        }
        co_return std::unexpected(Failure{Phase::response, "response: too many interim answers"});
    }

    bool quiet() override {
        char byte{};
        const auto got =
            ::recv(beast::get_lowest_layer(stream_).socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }

 private:
    using Request = beast::http::request<beast::http::string_body>;

    Request to_request(const Call& call) const {
        Request request;
        request.method_string(call.method);
        request.target(endpoint_.base_path + call.target);
        request.version(11);
        request.set(beast::http::field::host, endpoint_.authority());
        request.set(beast::http::field::user_agent, options_.user_agent);
        for (const auto& [key, value] : call.headers) request.set(key, value);
        request.body() = call.body;
        if (!call.body.empty() || call.method != "GET") request.content_length(call.body.size());
        return request;
    }

    static Reply to_reply(beast::http::response<beast::http::string_body> response) {
        Reply reply;
        reply.status = static_cast<int>(response.result_int());
        for (const auto& field : response) reply.headers.emplace_back(field.name_string(), field.value());
        reply.body = std::move(response.body());
        return reply;
    }

    Clock& clock_;
    const Endpoint& endpoint_;
    const ClientOptions& options_;
    Stream stream_;
    beast::flat_buffer buffer_;
};

}  // namespace

std::unique_ptr<Connection> make_connection(const asio::any_io_executor& loop, Clock& clock, const Endpoint& endpoint,
                                            const ClientOptions& options, asio::ssl::context* tls) {
    if (tls == nullptr) return std::make_unique<StreamConnection<beast::tcp_stream>>(clock, endpoint, options, loop);
    return std::make_unique<StreamConnection<beast::ssl_stream<beast::tcp_stream>>>(clock, endpoint, options, loop,
                                                                                    *tls);
}

}  // namespace herald::http
