#pragma once
// The bytes of one client connection, in TLS or plain, and a limit on how long they may be waited for. A wait that ends
// at the limit leaves the connection as it is, so that the client can still be told why.

#include <algorithm>
#include <cstddef>
#include <expected>
#include <utility>
#include <variant>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "adapters/http/watchdog.hpp"
#include "domain/core/task.hpp"

namespace herald::service {

class ClientStream {
 public:
    using Error = boost::system::error_code;
    using Socket = boost::asio::ip::tcp::socket;

    // Without a context it is plain. The context may go once the stream is made.
    ClientStream(Socket socket, boost::asio::ssl::context* tls)
        : stream_(made(std::move(socket), tls)), watchdog_(lowest().get_executor(), [this] { stop_waiting(); }) {}

    bool encrypted() const { return std::holds_alternative<Tls>(stream_); }

    // For every wait that follows.
    void limit(SteadyTime until) { watchdog_.limit(until); }
    void no_limit() { watchdog_.no_limit(); }
    // Ends the wait that goes on, if any.
    void cancel() {
        Error ignored;
        lowest().cancel(ignored);
    }

    // Before anything else; nothing to do when it is plain.
    Task<Error> shake_hands() {
        auto* tls = std::get_if<Tls>(&stream_);
        if (tls == nullptr) co_return Error{};
        const auto [error] = co_await tls->async_handshake(boost::asio::ssl::stream_base::server, token);
        co_return error;
    }

    // What comes next, at least a byte of it. beast::error::timeout at the limit.
    Task<std::expected<std::size_t, Error>> read(boost::beast::flat_buffer& buffer, std::size_t most) {
        const auto room = std::min(most, buffer.max_size() - buffer.size());
        if (room == 0) co_return std::unexpected(boost::beast::http::error::buffer_overflow);
        auto* tls = std::get_if<Tls>(&stream_);
        if (tls == nullptr) co_return co_await read_plain(buffer, room);
        const auto [error, got] = co_await tls->async_read_some(buffer.prepare(room), token);
        co_return taken(buffer, error, got);
    }

    // All of it. A client that does not take it in time is gone: the connection is closed.
    template <class Buffers>
    Task<Error> write(const Buffers& buffers) {
        writing_ = true;
        Error outcome;
        if (auto* tls = std::get_if<Tls>(&stream_)) {
            const auto [error, written] = co_await boost::asio::async_write(*tls, buffers, token);
            outcome = error;
        } else {
            const auto [error, written] = co_await boost::asio::async_write(lowest(), buffers, token);
            outcome = error;
        }
        writing_ = false;
        co_return outcome;
    }

    // Nothing more is sent, and the client is told so.
    Task<void> end() {
        if (auto* tls = std::get_if<Tls>(&stream_)) co_await tls->async_shutdown(token);
        Error ignored;
        lowest().shutdown(Socket::shutdown_send, ignored);
    }

    // After end(): what the client still sends, as it comes over the wire.
    Task<std::expected<std::size_t, Error>> read_rest(boost::beast::flat_buffer& buffer, std::size_t most) {
        return read_plain(buffer, most);
    }

 private:
    using Tls = boost::asio::ssl::stream<Socket>;
    using Stream = std::variant<Socket, Tls>;
    static constexpr auto token = boost::asio::as_tuple(boost::asio::deferred);

    static Stream made(Socket socket, boost::asio::ssl::context* tls) {
        if (tls == nullptr) return Stream(std::in_place_type<Socket>, std::move(socket));
        return Stream(std::in_place_type<Tls>, std::move(socket), *tls);
    }

    Socket& lowest() {
        auto* tls = std::get_if<Tls>(&stream_);
        return tls == nullptr ? std::get<Socket>(stream_) : tls->next_layer();
    }

    Task<std::expected<std::size_t, Error>> read_plain(boost::beast::flat_buffer& buffer, std::size_t most) {
        const auto [error, got] = co_await lowest().async_read_some(buffer.prepare(most), token);
        co_return taken(buffer, error, got);
    }

    std::expected<std::size_t, Error> taken(boost::beast::flat_buffer& buffer, Error error, std::size_t got) const {
        buffer.commit(got);
        if (watchdog_.time_is_over()) return std::unexpected(boost::beast::error::timeout);
        if (error) return std::unexpected(error);
        return got;
    }

    void stop_waiting() {
        Error ignored;
        if (writing_)
            lowest().close(ignored);  // a half-written answer is of no use
        else
            lowest().cancel(ignored);
    }

    Stream stream_;
    http::Watchdog watchdog_;
    bool writing_{};
};
// One step of a message's body: what the buffer holds of it, else what comes next. The bytes that it took.
template <class Parser>
Task<std::expected<std::size_t, boost::system::error_code>> parse_some(ClientStream& stream,
                                                                       boost::beast::flat_buffer& buffer,
                                                                       Parser& parser, std::size_t at_once) {
    namespace http = boost::beast::http;
    for (;;) {
        boost::system::error_code error = http::error::need_more;
        if (buffer.size() > 0) {
            error = {};
            const auto used = parser.put(buffer.data(), error);
            buffer.consume(used);
            if (!error || error == http::error::need_buffer) co_return used;
        }
        if (error != http::error::need_more) co_return std::unexpected(error);
        const auto got = co_await stream.read(buffer, at_once);
        if (!got && got.error() == boost::asio::error::eof) co_return std::unexpected(http::error::partial_message);
        if (!got) co_return std::unexpected(got.error());
    }
}

}  // namespace herald::service
