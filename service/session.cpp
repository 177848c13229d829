#include "service/session.hpp"

#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include "api/problem.hpp"
#include "domain/core/id.hpp"
#include "service/client_stream.hpp"
#include "service/request_head.hpp"
#include "service/response_head.hpp"
#include "service/streamed_body.hpp"

namespace herald::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

using Parser = http::request_parser<http::string_body>;

constexpr std::string_view end_of_line = "\r\n";
constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::size_t read_at_once = 64UL * 1024;
constexpr unsigned version_1_1 = 11;
constexpr std::string_view only_over_tls = "max-age=31536000";  // a year

class Session {
 public:
    Session(asio::ip::tcp::socket socket, asio::ssl::context* tls, SessionPorts ports, SessionLimits limits)
        : stream_(std::move(socket), tls),
          ports_(std::move(ports)),
          limits_(limits),
          buffer_(limits.header_bytes + read_at_once) {}

    Task<void> serve() {
        stream_.limit(ports_.clock.now() + limits_.handshake);
        if (co_await stream_.shake_hands()) co_return;
        for (int served = 0; served < limits_.requests; ++served) {
            if (!co_await wait_for_request()) break;
            served_ = true;
            if (!co_await serve_one(served + 1 == limits_.requests)) break;
        }
        stream_.limit(ports_.clock.now() + limits_.linger);
        co_await stream_.end();
        if (refused_) co_await discard_rest();
    }

 private:
    // A client that is still sending when we close would get a reset and never read why it was refused.
    Task<void> discard_rest() {
        stream_.limit(ports_.clock.now() + limits_.linger);
        for (std::size_t total = 0; total < limits_.linger_bytes;) {
            buffer_.clear();
            const auto read = co_await stream_.read_rest(buffer_, read_at_once);
            if (!read) co_return;
            total += *read;
        }
    }

    // False: the client has gone, or was idle too long.
    Task<bool> wait_for_request() {
        if (buffer_.size() > 0) co_return true;  // pipelined: answered in order, one at a time
        if (ports_.draining() && served_) co_return false;
        const IdleConnections::Place idle(*ports_.idle, [this] { stream_.cancel(); });
        stream_.limit(ports_.clock.now() + limits_.keep_alive);
        const auto read = co_await stream_.read(buffer_, limits_.header_bytes);
        co_return read.has_value();
    }

    std::string_view received() const {
        return {static_cast<const char*>(buffer_.data().data()), buffer_.data().size()};
    }

    // The whole head stands in the buffer then. How long it is, with its empty line.
    Task<std::expected<std::size_t, error_code>> read_head() {
        stream_.limit(ports_.clock.now() + limits_.header);
        for (std::size_t seen = 0;;) {
            while (received().starts_with("\r\n")) buffer_.consume(2);  // RFC 9112 2.2: an empty line before a request
            const auto end = received().find(end_of_head, seen);
            if (end != std::string_view::npos && end + end_of_head.size() <= limits_.header_bytes)
                co_return end + end_of_head.size();
            if (received().size() >= limits_.header_bytes) co_return std::unexpected(http::error::header_limit);
            seen = received().size() - std::min(received().size(), end_of_head.size() - 1);
            const auto read = co_await stream_.read(buffer_, limits_.header_bytes);
            if (!read) co_return std::unexpected(read.error());
        }
    }

    // True: the connection may carry another request.
    Task<bool> serve_one(bool last) {
        trace_ = continue_trace({}, ports_.random);
        request_id_ = make_id("req", ports_.clock.wall_now(), ports_.random);
        const auto head_size = co_await read_head();
        if (!head_size) co_return co_await refuse(head_size.error());
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
        parser.body_limit(boost::none);  // of the body nothing is read before the route says how much it takes
        error_code error;
        const auto used = parser.put(asio::buffer(buffer_.data(), *head_size), error);
        if (error) co_return co_await refuse(error);
        const auto& head = parser.get();
        trace_ = trace_of(head, ports_.random);
        const auto refusal = refuse_head(received().substr(0, *head_size), head, limits_.target_bytes);
        buffer_.consume(used);
        if (refusal) co_return co_await refuse(refusal->status, refusal->code, refusal->detail);

        auto request = to_request(head);
        request_id_ = api::request_id(request);
        const auto intake = ports_.api.intake(request.method, request.target);
        if (parser.content_length().value_or(0) > intake.body_limit) co_return co_await refuse_body(intake.body_limit);
        if (intake.streams) co_return co_await serve_stream(parser, std::move(request), intake.operation, last);
        if (!parser.is_done() && (expects_continue(head) || !is_small(parser)))
            if (auto refused = ports_.api.refusal(request))
                co_return co_await refuse(std::move(*refused), intake.operation, request.method);
        parser.body_limit(intake.body_limit);
        error = co_await read_body(parser);
        if (error == http::error::body_limit) co_return co_await refuse_body(intake.body_limit);
        if (error) co_return co_await refuse(error);

        request.body = std::move(parser.get().body());
        const bool is_head = head.method() == http::verb::head;
        const auto asked = ports_.clock.now();
        auto response = co_await ask(std::move(request));
        served(intake.operation, head.method_string(), response, asked);
        const bool keep = parser.keep_alive() && !last && !ports_.draining();
        co_return co_await write(std::move(response), head.version(), is_head, keep) && keep;
    }

    // Of a large body it is worth knowing before it comes whether anybody wants it.
    static bool is_small(const Parser& parser) {
        return parser.content_length().value_or(read_at_once + 1) <= read_at_once;
    }

    // The handler reads the body. What it leaves unread makes the connection useless for another request.
    Task<bool> serve_stream(Parser& parser, api::Request request, std::string_view operation, bool last) {
        StreamedBody body(stream_, buffer_, std::move(parser), ports_.clock, limits_);
        const auto& message = body.message();
        request.stream = &body;
        const auto asked = ports_.clock.now();
        auto response = co_await ask(std::move(request));
        served(operation, message.method_string(), response, asked);
        if (body.gone()) co_return false;
        const bool keep = message.keep_alive() && !last && !ports_.draining() && body.finished();
        const bool written = co_await write(std::move(response), message.version(), false, keep);
        refused_ = written && !body.finished();
        co_return written&& keep;
    }

    // A body may be slow, but not slower than the limit on average, so that nobody holds a connection for ever.
    Task<error_code> read_body(Parser& parser) {
        if (parser.is_done()) co_return error_code{};
        if (expects_continue(parser.get()))
            if (const auto error = co_await go_on(stream_, ports_.clock, limits_); error) co_return error;
        const auto start = ports_.clock.now();
        std::size_t total = 0;
        while (!parser.is_done()) {
            const auto earned = milliseconds(1'000 * total / limits_.body_bytes_per_second);
            stream_.limit(std::min(ports_.clock.now() + limits_.body_step, start + limits_.body_step + earned));
            const auto read = co_await parse_some(stream_, buffer_, parser, read_at_once);
            if (!read) co_return read.error();
            total += *read;
        }
        co_return error_code{};
    }

    void served(std::string_view operation, std::string_view method, const api::Response& response, SteadyTime asked) {
        ports_.on_served({request_id_, to_hex(trace_.trace), operation, response.actor, method, response.status,
                          ports_.clock.now() - asked});
    }

    // Everything but the body.
    api::Request to_request(const RequestHead& message) {
        api::Request request;
        request.method = std::string(message.method_string());
        request.target = std::string(message.target());
        for (const auto& field : message) request.headers.emplace_back(field.name_string(), field.value());
        request.request_id = request_id_;
        request.deadline = Deadline::after(ports_.clock.now(), limits_.request_deadline);
        request.deadline.trace = trace_.trace;
        return request;
    }

    Task<api::Response> ask(api::Request request) {
        std::exception_ptr bug;
        try {
            co_return co_await ports_.api.handle(std::move(request));
        } catch (const std::exception&) {
            bug = std::current_exception();
        }
        ports_.on_bug(request_id_, bug);
        co_return api::problem_response(500, "internal_error", "something went wrong here; nothing is known about why",
                                        request_id_);
    }

    Task<bool> refuse(error_code error) {
        if (error == http::error::header_limit || error == http::error::buffer_overflow)
            co_return co_await refuse(431, "header_too_large", "the header is too large");
        if (error == beast::error::timeout)
            co_return co_await refuse(408, "request_timeout", "the request did not arrive in time");
        // What is no HTTP gets an answer in HTTP; a connection that just ended gets none.
        const bool ended = error == http::error::partial_message ||
                           error.category() != make_error_code(http::error::bad_chunk).category();
        if (ended) co_return false;
        co_return co_await refuse(400, "malformed_request", "this is not HTTP: " + error.message());
    }

    Task<bool> refuse_body(std::size_t limit) {
        return refuse(413, "too_large", fmt::format("at most {} bytes are taken here", limit));
    }

    Task<bool> refuse(int status, std::string_view code, std::string detail) {
        co_return co_await refuse(api::problem_response(status, code, detail, request_id_), {}, {});
    }

    // The connection ends with this answer: nobody knows what of the request is still to come.
    Task<bool> refuse(api::Response response, std::string_view operation, std::string_view method) {
        served(operation, method, response, ports_.clock.now());
        refused_ = co_await write(std::move(response), version_1_1, method == "HEAD", false);
        co_return false;
    }

    Task<bool> write(api::Response response, unsigned version, bool head, bool keep) {
        response.headers.set("traceparent", to_traceparent(trace_));
        if (stream_.encrypted()) response.headers.set("Strict-Transport-Security", only_over_tls);
        Framing framing{.version = version, .keep = keep};
        if (response.stream && !head) co_return co_await write_stream(response, framing);
        if (response.status != 204 && response.status != 304 && !response.stream) framing.length = response.body.size();
        const auto first = response_head(response, framing, ports_.clock.wall_now());
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(first),
                                                        asio::buffer(head ? std::string_view() : response.body)};
        co_return !co_await put(buffers);
    }

    // Chunked; the piece just written bounds the memory, the client's speed bounds the source.
    Task<bool> write_stream(api::Response& response, Framing framing) {
        framing.chunked = framing.version >= version_1_1;
        framing.keep = framing.keep && framing.chunked;
        const auto first = response_head(response, framing, ports_.clock.wall_now());
        if (co_await put(asio::buffer(first))) co_return false;
        while (auto piece = co_await response.stream->next()) {
            if (piece->empty()) continue;
            const auto size = framing.chunked ? fmt::format("{:x}\r\n", piece->size()) : std::string();
            const std::array<asio::const_buffer, 3> buffers{
                asio::buffer(size), asio::buffer(*piece),
                asio::buffer(framing.chunked ? end_of_line : std::string_view())};
            if (co_await put(buffers)) co_return false;
        }
        if (!framing.chunked || !response.stream->whole()) co_return false;
        co_return !co_await put(asio::buffer(std::string_view("0\r\n\r\n")));
    }

    template <class Buffers>
    Task<error_code> put(const Buffers& buffers) {
        stream_.limit(ports_.clock.now() + limits_.write_stall);
        const auto error = co_await stream_.write(buffers);
        stream_.no_limit();
        co_return error;
    }

    ClientStream stream_;
    SessionPorts ports_;
    SessionLimits limits_;
    beast::flat_buffer buffer_;
    TraceContext trace_;      // of the present request
    std::string request_id_;  // the caller's own once it is known
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

void IdleConnections::close_oldest() {
    if (!close_.empty()) close_.front()();
}

Task<void> serve_connection(asio::ip::tcp::socket socket, asio::ssl::context* tls, SessionPorts ports,
                            SessionLimits limits) {
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    Session session(std::move(socket), tls, std::move(ports), limits);
    co_await session.serve();
}

}  // namespace herald::service
