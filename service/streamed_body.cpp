#include "service/streamed_body.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

#include "service/request_head.hpp"

namespace herald::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t piece_bytes = 64UL * 1024UL;

}  // namespace

Task<error_code> go_on(ClientStream& stream, Clock& clock, const SessionLimits& limits) {
    static constexpr std::string_view answer = "HTTP/1.1 100 Continue\r\n\r\n";
    stream.limit(clock.now() + limits.write_stall);
    co_return co_await stream.write(asio::buffer(answer));
}

StreamedBody::StreamedBody(ClientStream& stream, beast::flat_buffer& buffer, Head&& head, Clock& clock,
                           const SessionLimits& limits)
    : stream_(stream), buffer_(buffer), parser_(std::move(head)), clock_(clock), limits_(limits) {
    parser_.body_limit(boost::none);
}

Task<std::expected<std::string, api::BodyFailure>> StreamedBody::read() {
    std::string piece;
    if (!std::exchange(begun_, true) && !parser_.is_done() && expects_continue(message()))
        if (const auto error = co_await go_on(stream_, clock_, limits_); error)
            co_return std::unexpected(failure_of(error));
    if (parser_.is_done()) co_return piece;
    const auto error = co_await fill(piece);
    stream_.no_limit();
    if (error) co_return std::unexpected(failure_of(error));
    co_return piece;
}

// At least one byte, unless the body ends.
Task<error_code> StreamedBody::fill(std::string& piece) {
    piece.resize(piece_bytes);
    std::size_t filled = 0;
    while (filled == 0 && !parser_.is_done()) {
        auto& body = parser_.get().body();
        body.data = piece.data();
        body.size = piece.size();
        body.more = true;
        const auto start = clock_.now();
        const auto earned = milliseconds(1'000 * total_ / limits_.body_bytes_per_second);
        stream_.limit(std::min(start + limits_.body_step, start + limits_.body_step + earned - waited_));
        const auto read = co_await parse_some(stream_, buffer_, parser_, piece_bytes);
        waited_ += clock_.now() - start;
        if (!read) co_return read.error();
        total_ += *read;
        filled = piece.size() - body.size;
    }
    piece.resize(filled);
    co_return error_code{};
}

api::BodyFailure StreamedBody::failure_of(error_code error) {
    if (error == beast::error::timeout) return api::BodyFailure::too_slow;
    gone_ = error == http::error::end_of_stream || error == http::error::partial_message ||
            error.category() != make_error_code(http::error::bad_chunk).category();
    return gone_ ? api::BodyFailure::gone : api::BodyFailure::malformed;
}

}  // namespace herald::service
