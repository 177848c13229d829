#pragma once
// The bytes of one client connection, and a limit on how long it may be waited for. A wait that ends at the limit
// leaves the connection as it is, so that the client can still be told why.

#include <cstddef>
#include <expected>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
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

    explicit ClientStream(boost::asio::ip::tcp::socket socket)
        : socket_(std::move(socket)), watchdog_(socket_.get_executor(), [this] { stop_waiting(); }) {}

    // For every wait that follows.
    void limit(SteadyTime until) { watchdog_.limit(until); }
    void no_limit() { watchdog_.no_limit(); }
    // Ends the wait that goes on, if any.
    void cancel() {
        Error ignored;
        socket_.cancel(ignored);
    }

    // What comes next, at least a byte of it. beast::error::timeout at the limit.
    Task<std::expected<std::size_t, Error>> read(boost::beast::flat_buffer& buffer, std::size_t most) {
        const auto room = std::min(most, buffer.max_size() - buffer.size());
        if (room == 0) co_return std::unexpected(boost::beast::http::error::buffer_overflow);
        const auto [error, got] = co_await socket_.async_read_some(buffer.prepare(room), token);
        buffer.commit(got);
        if (watchdog_.time_is_over()) co_return std::unexpected(boost::beast::error::timeout);
        if (error) co_return std::unexpected(error);
        co_return got;
    }

    // All of it. A client that does not take it in time is gone: the connection is closed.
    template <class Buffers>
    Task<Error> write(const Buffers& buffers) {
        writing_ = true;
        const auto [error, written] = co_await boost::asio::async_write(socket_, buffers, token);
        writing_ = false;
        co_return error;
    }

    // Nothing more is sent.
    void end() {
        Error ignored;
        socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    }

 private:
    static constexpr auto token = boost::asio::as_tuple(boost::asio::deferred);

    void stop_waiting() {
        Error ignored;
        if (writing_)
            socket_.close(ignored);  // a half-written answer is of no use
        else
            socket_.cancel(ignored);
    }

    boost::asio::ip::tcp::socket socket_;
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
