#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "tests/intercom_sim/clock.hpp"
#include "tests/intercom_sim/server.hpp"
#include "tests/intercom_sim/wire.hpp"

namespace sim {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::uint64_t largest_body = 4U << 20U;

using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

auto into(error_code& error) {
    return asio::redirect_error(asio::use_awaitable, error);
}

class Session {
 public:
    Session(asio::ip::tcp::socket socket, App& app, std::uint64_t number)
        : stream_(std::move(socket)), app_(app), number_(number) {
        error_code ignored;
        const auto peer = stream_.socket().remote_endpoint(ignored);
        loopback_ = !ignored && peer.address().is_loopback();
    }

    asio::awaitable<void> run() {
        while (co_await one_request()) {
        }
        error_code ignored;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    }

 private:
    asio::awaitable<bool> one_request();
    asio::awaitable<error_code> read(Parser& parser);
    Request take(Parser& parser) const;
    asio::awaitable<bool> refuse_request(error_code error);
    asio::awaitable<bool> carry_out(Exchange exchange, bool keep_alive);
    asio::awaitable<bool> end_with(const Exchange& exchange, Course::End end, std::string wire, bool keep_alive);
    asio::awaitable<bool> send(std::string_view bytes);
    asio::awaitable<bool> drip(std::string_view bytes, const FaultRule& rule);
    asio::awaitable<void> stall(double seconds);
    asio::awaitable<void> pause(std::int64_t ms);

    beast::tcp_stream stream_;
    App& app_;
    beast::flat_buffer buffer_;
    std::uint64_t number_;
    std::uint64_t served_{};
    bool loopback_{};
};

asio::awaitable<error_code> Session::read(Parser& parser) {
    parser.body_limit(largest_body);
    if (const std::int64_t idle = app_.options().idle_timeout_s; idle > 0) {
        stream_.expires_after(std::chrono::seconds(idle));
    }
    error_code error;
    co_await http::async_read_header(stream_, buffer_, parser, into(error));
    if (error) co_return error;
    if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        if (!co_await send("HTTP/1.1 100 Continue\r\n\r\n")) co_return asio::error::connection_reset;
    }
    if (!parser.is_done()) co_await http::async_read(stream_, buffer_, parser, into(error));
    stream_.expires_never();
    co_return error;
}

Request Session::take(Parser& parser) const {
    auto& message = parser.get();
    Request request;
    request.method = message.method_string();
    const std::string_view target = message.target();
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    request.authorization = message[http::field::authorization];
    request.content_type = message[http::field::content_type];
    const auto accept = message.find(http::field::accept);
    request.has_accept = accept != message.end();
    if (request.has_accept) request.accept = accept->value();
    const auto version = message.find("Intercom-Version");
    request.has_version = version != message.end();
    if (request.has_version) request.version = version->value();
    request.body = std::move(message.body());
    request.connection = number_;
    request.reused = served_ > 0;
    request.loopback = loopback_;
    return request;
}

// Something that is not HTTP, or too large, gets an answer and the connection ends.
asio::awaitable<bool> Session::refuse_request(error_code error) {
    if (error == http::error::body_limit) {
        co_await send(to_wire(error_reply(413, "parameter_invalid", "Payload too large"), {}, false, wall_ms()));
    } else if (error.category() == make_error_code(http::error::bad_method).category() &&
               error != http::error::end_of_stream && error != http::error::partial_message) {
        co_await send(to_wire(error_reply(400, "bad_request", "Not an HTTP request"), {}, false, wall_ms()));
    }
    co_return false;
}

asio::awaitable<bool> Session::one_request() {
    Parser parser;
    const error_code error = co_await read(parser);
    if (error) co_return co_await refuse_request(error);
    const bool keep_alive = parser.keep_alive();
    Request request = take(parser);
    if (App::is_control(request)) {
        const Reply reply = app_.control(request);
        co_return co_await send(to_wire(reply, {}, keep_alive, wall_ms())) && keep_alive;
    }
    Exchange exchange = app_.arrive(std::move(request));
    ++served_;
    co_return co_await carry_out(std::move(exchange), keep_alive);
}

asio::awaitable<bool> Session::carry_out(Exchange exchange, bool keep_alive) {
    if (exchange.delay_before_ms > 0) co_await pause(exchange.delay_before_ms);
    const Course::End end = exchange.early ? Course::End::answer : exchange.course.end;
    const Reply reply = app_.answer(exchange);
    if (exchange.delay_after_ms > 0) co_await pause(exchange.delay_after_ms);
    app_.finish(exchange, end == Course::End::answer ? reply.status : 0);
    std::string wire = to_wire(reply, exchange.faults, keep_alive, wall_ms());
    co_return co_await end_with(exchange, end, std::move(wire), keep_alive);
}

asio::awaitable<bool> Session::end_with(const Exchange& exchange, Course::End end, std::string wire, bool keep_alive) {
    switch (end) {
        case Course::End::answer: {
            const FaultRule* slow = exchange.faults.modifier(FaultAction::drip);
            const bool sent = slow ? co_await drip(wire, *slow) : co_await send(wire);
            co_return sent&& keep_alive;
        }
        case Course::End::truncate:
            co_await send(truncated(std::move(wire)));
            co_return false;
        case Course::End::garbage:
            co_await send(garbage());
            co_return false;
        case Course::End::fin:
            co_return false;
        case Course::End::rst:
            reset(stream_.socket());
            co_return false;
        case Course::End::stall:
            co_await stall(exchange.faults.terminal()->seconds);
            co_return false;
    }
    co_return false;
}

asio::awaitable<bool> Session::send(std::string_view bytes) {
    error_code error;
    co_await asio::async_write(stream_, asio::buffer(bytes), into(error));
    co_return !error;
}

asio::awaitable<bool> Session::drip(std::string_view bytes, const FaultRule& rule) {
    const auto step = static_cast<std::size_t>(rule.bytes);
    const std::int64_t every_ms = rule.every_ms;
    while (!bytes.empty()) {
        if (!co_await send(bytes.substr(0, step))) co_return false;
        bytes.remove_prefix(std::min(step, bytes.size()));
        if (!bytes.empty()) co_await pause(every_ms);
    }
    co_return true;
}

// Until the client gives up or the time is over; what it sends meanwhile is lost.
asio::awaitable<void> Session::stall(double seconds) {
    stream_.expires_after(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
    std::array<char, 4096> sink{};
    error_code error;
    while (!error) co_await stream_.async_read_some(asio::buffer(sink), into(error));
}

asio::awaitable<void> Session::pause(std::int64_t ms) {
    asio::steady_timer timer(stream_.get_executor(), std::chrono::milliseconds(ms));
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

asio::awaitable<void> session(asio::ip::tcp::socket socket, App& app, std::uint64_t number) {
    Session connection(std::move(socket), app, number);
    co_await connection.run();
}

}  // namespace sim
