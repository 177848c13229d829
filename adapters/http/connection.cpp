#include "adapters/http/connection.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <type_traits>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/error.hpp>
#include <openssl/ssl.h>

#include "adapters/http/reply_parser.hpp"
#include "adapters/http/watchdog.hpp"

namespace herald::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

// Deferred rather than use_awaitable: no coroutine frame of its own for every read and write.
constexpr auto token = asio::as_tuple(asio::deferred);
constexpr int max_interim_answers = 8;  // 1xx
constexpr std::size_t read_at_once = 8192;

Failure failed(Phase phase, const error_code& error) {
    return {phase, std::string(name(phase)) + ": " + error.message()};
}

bool ended_by_peer(const error_code& error) {
    return error == beast::http::error::end_of_stream || error == asio::error::eof ||
           error == asio::error::connection_reset || error == asio::ssl::error::stream_truncated;
}

template <class Stream>
class StreamConnection final : public Connection {
    static constexpr bool is_tls = !std::is_same_v<Stream, tcp::socket>;

 public:
    template <class... Args>
    StreamConnection(const asio::any_io_executor& loop, Clock& clock, const Endpoint& endpoint,
                     const ClientOptions& options, Args&&... args)
        : clock_(clock),
          endpoint_(endpoint),
          options_(options),
          usual_lines_("Host: " + endpoint.authority() + "\r\nUser-Agent: " + options.user_agent + "\r\n"),
          stream_(loop, std::forward<Args>(args)...),
          watchdog_(loop, [this] { close(); }) {}

    Task<std::expected<void, Failure>> open(const Addresses& addresses, Deadline deadline) override {
        watchdog_.limit(deadline.capped(clock_.now(), options_.connect).at);
        const auto [connect_error, peer] = co_await asio::async_connect(socket(), addresses, token);
        if (connect_error) co_return std::unexpected(failed(Phase::connect, in_time(connect_error)));
        error_code ignored;
        socket().set_option(tcp::no_delay(true), ignored);
        socket().set_option(asio::socket_base::keep_alive(true), ignored);
        if constexpr (is_tls) {
            if (SSL_set_tlsext_host_name(stream_.native_handle(), endpoint_.host.c_str()) != 1)
                co_return std::unexpected(Failure{Phase::tls, "tls: cannot name the host"});
            stream_.set_verify_callback(asio::ssl::host_name_verification(endpoint_.host));
            watchdog_.limit(deadline.capped(clock_.now(), options_.tls).at);
            const auto [tls_error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, token);
            if (tls_error) co_return std::unexpected(failed(Phase::tls, in_time(tls_error)));
        }
        opened = clock_.now();
        co_return std::expected<void, Failure>{};
    }

    Task<Outcome> round_trip(const Call& call, Deadline deadline) override {
        ++requests;
        reusable = false;  // until the whole answer was read
        write_down(call);
        watchdog_.limit(deadline.capped(clock_.now(), options_.write).at);
        const auto [write_error, written] = co_await asio::async_write(stream_, asio::buffer(request_), token);
        if (write_error) co_return std::unexpected(failed(Phase::write, in_time(write_error)));

        watchdog_.limit(deadline.at);
        for (int interim = 0; interim < max_interim_answers; ++interim) {
            ReplyParser parser;
            parser.header_limit(static_cast<std::uint32_t>(options_.header_limit));
            parser.body_limit(options_.body_limit);
            const auto error = co_await read(parser);
            if (error && !answered_without_body(parser)) {
                auto failure = failed(Phase::response, error);
                failure.peer_closed = !parser.got_some() && ended_by_peer(error);
                co_return std::unexpected(std::move(failure));
            }
            if (parser.status() / 100 == 1) continue;
            watchdog_.no_limit();
            // Bytes after the answer were not asked for: whatever they are, do not read them as the next one.
            reusable = !error && parser.keep_alive() && buffer_.size() == 0;
            co_return parser.release();
        }
        co_return std::unexpected(Failure{Phase::response, "response: too many interim answers"});
    }

    bool quiet() override {
        char byte{};
        const auto got = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }

 private:
    tcp::socket& socket() { return beast::get_lowest_layer(stream_); }

    void close() {
        error_code ignored;
        socket().close(ignored);
    }

    bool answered_without_body(const ReplyParser& parser) const {
        return !options_.body_matters && parser.is_header_done();
    }

    // What ended a wait because we closed the socket under it.
    error_code in_time(const error_code& error) const {
        return watchdog_.time_is_over() ? error_code(beast::error::timeout) : error;
    }

    Task<error_code> read(ReplyParser& parser) {
        for (;;) {
            error_code error;
            if (buffer_.size() > 0) {
                buffer_.consume(parser.put(buffer_.data(), error));
                if (error && error != beast::http::error::need_more) co_return error;
                if (parser.is_done()) co_return error_code{};
            }
            error = {};
            const auto [failure, got] = co_await stream_.async_read_some(buffer_.prepare(read_at_once), token);
            buffer_.commit(got);
            if (failure == asio::error::eof) {
                if (!parser.got_some()) co_return beast::http::error::end_of_stream;
                parser.put_eof(error);  // the end of the body, when nothing else says where it is
                co_return error;
            }
            if (failure) co_return in_time(failure);
        }
    }

    void write_down(const Call& call) {
        request_.clear();
        const auto line = [this](std::string_view key, std::string_view value) {
            request_.append(key).append(": ").append(value).append("\r\n");
        };
        request_.append(call.method).append(" ").append(endpoint_.base_path).append(call.target);
        request_.append(" HTTP/1.1\r\n").append(usual_lines_);
        for (const auto& [key, value] : call.headers) line(key, value);
        if (!call.body.empty() || call.method != "GET") line("Content-Length", std::to_string(call.body.size()));
        request_.append("\r\n").append(call.body);
    }

    Clock& clock_;
    const Endpoint& endpoint_;
    const ClientOptions& options_;
    const std::string usual_lines_;
    Stream stream_;
    Watchdog watchdog_;
    beast::flat_buffer buffer_;
    std::string request_;
};

}  // namespace

std::unique_ptr<Connection> make_connection(const asio::any_io_executor& loop, Clock& clock, const Endpoint& endpoint,
                                            const ClientOptions& options, asio::ssl::context* tls) {
    if (tls == nullptr) return std::make_unique<StreamConnection<tcp::socket>>(loop, clock, endpoint, options);
    return std::make_unique<StreamConnection<asio::ssl::stream<tcp::socket>>>(loop, clock, endpoint, options, *tls);
}

}  // namespace herald::http
