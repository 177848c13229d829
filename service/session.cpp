#include "service/session.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include "api/problem.hpp"
#include "domain/core/id.hpp"
#include "service/streamed_body.hpp"

namespace herald::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
using Parser = http::request_parser<http::string_body>;

class Session {
 public:
    Session(asio::ip::tcp::socket socket, SessionPorts ports, SessionLimits limits)
        : stream_(std::move(socket)),
          ports_(std::move(ports)),
          limits_(limits),
          buffer_(limits.header_bytes + 64UL * 1024) {}

    Task<void> serve() {
        for (int served = 0; served < limits_.requests; ++served) {
            if (!co_await wait_for_request()) break;
            served_ = true;
            if (!co_await serve_one(served + 1 == limits_.requests)) break;
        }
        error_code ignored;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        if (refused_) co_await discard_rest();
    }

 private:
    // A client that is still sending when we close would get a reset and never read why it was refused.
    Task<void> discard_rest() {
        const auto deadline = ports_.clock.now() + limits_.linger;
        for (std::size_t total = 0; total < limits_.linger_bytes;) {
            buffer_.clear();
            stream_.expires_at(deadline);
            const auto [error, read] = co_await stream_.async_read_some(buffer_.prepare(64UL * 1024), token);
            if (error) co_return;
            total += read;
        }
    }

    // False: the client has gone, or was idle too long.
    Task<bool> wait_for_request() {
        if (buffer_.size() > 0) co_return true;  // pipelined: answered in order, one at a time
        if (ports_.draining() && served_) co_return false;
        const IdleConnections::Place idle(*ports_.idle, [this] { stream_.cancel(); });
        stream_.expires_at(ports_.clock.now() + limits_.keep_alive);
        const auto [error, read] = co_await stream_.async_read_some(buffer_.prepare(limits_.header_bytes), token);
        if (error) co_return false;
        buffer_.commit(read);
        co_return true;
    }

    // True: the connection may carry another request.
    Task<bool> serve_one(bool last) {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
        parser.body_limit(boost::none);  // of the body nothing is read before the route says how much it takes
        stream_.expires_at(ports_.clock.now() + limits_.header);
        if (const auto [error, read] = co_await http::async_read_header(stream_, buffer_, parser, token); error)
            co_return co_await refuse(error);
        if (parser.get().version() >= 11 && parser.get().count(http::field::host) != 1)
            co_return co_await refuse(400, "malformed_request", "exactly one Host is needed");
        if (parser.get().count(http::field::content_length) > 1)
            co_return co_await refuse(400, "malformed_request", "more than one Content-Length");
        const auto target = parser.get().target();
        if (target.size() > limits_.target_bytes)
            co_return co_await refuse(414, "uri_too_long", "the path and query are too long");
        const auto body_limit = ports_.api.body_limit(parser.get().method_string(), target);
        if (parser.content_length().value_or(0) > body_limit) co_return co_await refuse_body(body_limit);
        if (ports_.api.streams_body(parser.get().method_string(), target))
            co_return co_await serve_stream(parser, last);
        parser.body_limit(body_limit);
        if (const auto error = co_await read_body(parser); error == http::error::body_limit)
            co_return co_await refuse_body(body_limit);
        else if (error)
            co_return co_await refuse(error);

        const auto message = parser.release();
        const bool head = message.method() == http::verb::head;
        auto request = to_request(message);
        request.body = message.body();
        const auto asked = ports_.clock.now();
        auto response = co_await ask(std::move(request));
        served(message, response, asked);
        const bool keep = message.keep_alive() && !last && !ports_.draining();
        co_return co_await write(std::move(response), message.version(), head, keep) && keep;
    }

    // The handler reads the body. What it leaves unread makes the connection useless for another request.
    Task<bool> serve_stream(Parser& parser, bool last) {
        StreamedBody body(stream_, buffer_, std::move(parser), ports_.clock, limits_);
        const auto& message = body.message();
        auto request = to_request(message);
        request.stream = &body;
        const auto asked = ports_.clock.now();
        auto response = co_await ask(std::move(request));
        served(message, response, asked);
        if (body.gone()) co_return false;
        const bool keep = message.keep_alive() && !last && !ports_.draining() && body.finished();
        const bool written = co_await write(std::move(response), message.version(), false, keep);
        refused_ = written && !body.finished();
        co_return written&& keep;
    }

    // A body may be slow, but not slower than the limit on average, so that nobody holds a connection for ever.
    Task<error_code> read_body(Parser& parser) {
        if (beast::iequals(parser.get()[http::field::expect], "100-continue") && !parser.is_done()) {
            if (const auto error = co_await go_on(stream_, ports_.clock, limits_); error) co_return error;
        }
        const auto start = ports_.clock.now();
        std::size_t total = 0;
        while (!parser.is_done()) {
            const auto earned = milliseconds(1'000 * total / limits_.body_bytes_per_second);
            stream_.expires_at(std::min(ports_.clock.now() + limits_.body_step, start + limits_.body_step + earned));
            const auto [error, read] = co_await http::async_read_some(stream_, buffer_, parser, token);
            if (error) co_return error;
            total += read;
        }
        co_return error_code{};
    }

    void served(const http::request_header<>& message, const api::Response& response, SteadyTime asked) {
        ports_.on_served({response.headers.get("X-Request-Id").value_or(""),
                          ports_.api.operation(message.method_string(), message.target()), message.method_string(),
                          response.status, ports_.clock.now() - asked});
    }

    // Everything but the body.
    api::Request to_request(const http::request_header<>& message) {
        api::Request request;
        request.method = std::string(message.method_string());
        request.target = std::string(message.target());
        for (const auto& field : message) request.headers.emplace_back(field.name_string(), field.value());
        request.request_id = make_id("req", ports_.clock.wall_now(), ports_.random);
        request.deadline = Deadline::after(ports_.clock.now(), limits_.request_deadline);
        return request;
    }

    Task<api::Response> ask(api::Request request) {
        const auto request_id = request.request_id;
        std::exception_ptr bug;
        try {
            co_return co_await ports_.api.handle(std::move(request));
        } catch (const std::exception&) {
            bug = std::current_exception();
        }
        ports_.on_bug(request_id, bug);
        co_return api::problem_response(500, "internal_error", "something went wrong here; nothing is known about why",
                                        request_id);
    }

    Task<bool> refuse(error_code error) {
        if (error == http::error::header_limit || error == http::error::buffer_overflow)
            co_return co_await refuse(431, "header_too_large", "the header is too large");
        // What is no HTTP gets an answer in HTTP; a connection that just ended gets none.
        const bool ended = error == http::error::end_of_stream || error == asio::error::eof ||
                           error == asio::error::connection_reset || error == http::error::partial_message ||
                           error == asio::error::operation_aborted;
        if (ended) co_return false;
        if (error == beast::error::timeout)
            co_return co_await refuse(408, "request_timeout", "the request did not arrive in time");
        co_return co_await refuse(400, "malformed_request", "this is not HTTP: " + error.message());
    }

    Task<bool> refuse_body(std::size_t limit) {
        return refuse(413, "too_large", fmt::format("at most {} bytes are taken here", limit));
    }

    Task<bool> refuse(int status, std::string_view code, std::string detail) {
        auto response =
            api::problem_response(status, code, detail, make_id("req", ports_.clock.wall_now(), ports_.random));
        refused_ = co_await write(std::move(response), 11, false, false);
        co_return false;
    }

    Task<bool> write(api::Response response, unsigned version, bool head, bool keep) {
        http::response<http::string_body> message{http::int_to_status(static_cast<unsigned>(response.status)), version};
        if (message.result() == http::status::unknown) message.result(static_cast<unsigned>(response.status));
        for (const auto& [name, value] : response.headers) message.set(name, value);
        message.keep_alive(keep);
        if (response.stream && !head) co_return co_await write_stream(std::move(message), *response.stream);
        const bool bodyless = response.status == 204 || response.status == 304;
        if (!bodyless && !head) {
            message.content_length(response.body.size());
            message.body() = std::move(response.body);
        }
        stream_.expires_at(ports_.clock.now() + limits_.write_stall);
        http::response_serializer<http::string_body> serializer(message);
        if (head) {
            const auto [error, n] = co_await http::async_write_header(stream_, serializer, token);
            co_return !error;
        }
        const auto [error, n] = co_await http::async_write(stream_, serializer, token);
        co_return !error;
    }

    // Chunked; the piece just written bounds the memory, the client's speed bounds the source.
    Task<bool> write_stream(http::response<http::string_body> message, api::BodyStream& body) {
        const bool chunked = message.version() >= 11;
        http::response<http::empty_body> head{std::move(message.base())};
        head.chunked(chunked);
        if (!chunked) head.keep_alive(false);
        stream_.expires_at(ports_.clock.now() + limits_.write_stall);
        http::response_serializer<http::empty_body> serializer(head);
        if (const auto [error, n] = co_await http::async_write_header(stream_, serializer, token); error)
            co_return false;
        stream_.expires_never();
        while (auto piece = co_await body.next()) {
            if (piece->empty()) continue;
            stream_.expires_at(ports_.clock.now() + limits_.write_stall);
            error_code failed;
            if (chunked) {
                const auto [error, n] =
                    co_await asio::async_write(stream_, http::make_chunk(asio::buffer(*piece)), token);
                failed = error;
            } else {
                const auto [error, n] = co_await asio::async_write(stream_, asio::buffer(*piece), token);
                failed = error;
            }
            if (failed) co_return false;
            stream_.expires_never();
        }
        if (!chunked || !body.whole()) co_return false;
        stream_.expires_at(ports_.clock.now() + limits_.write_stall);
        const auto [error, n] = co_await asio::async_write(stream_, http::make_chunk_last(), token);
        co_return !error;
    }

    beast::tcp_stream stream_;
    SessionPorts ports_;
    SessionLimits limits_;
    beast::flat_buffer buffer_;
    bool refused_{};
    bool served_{};
};

}  // namespace

IdleConnections::Place::Place(IdleConnections& idle, std::function<void()> close)
    : idle_(idle), place_(idle.close_.insert(idle.close_.end(), std::move(close))) {}

IdleConnections::Place::~Place() {
    idle_.close_.erase(place_);
}

void IdleConnections::close_all() {
    for (const auto& close : close_) close();
}

Task<void> serve_connection(asio::ip::tcp::socket socket, SessionPorts ports, SessionLimits limits) {
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    Session session(std::move(socket), std::move(ports), limits);
    co_await session.serve();
}

}  // namespace herald::service
