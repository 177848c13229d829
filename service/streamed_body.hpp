#pragma once
// The body of one request, taken off the connection as the handler asks for it.

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "api/message.hpp"
#include "service/client_stream.hpp"
#include "service/session.hpp"

namespace herald::service {

// Answers "Expect: 100-continue".
Task<boost::system::error_code> go_on(ClientStream& stream, Clock& clock, const SessionLimits& limits);

// The minimum speed holds for the time that we read; while the handler is busy, the client waits for us.
class StreamedBody final : public api::BodySource {
 public:
    using Head = boost::beast::http::request_parser<boost::beast::http::string_body>;

    // `head` has read the header and nothing of the body. All but it outlive the object.
    StreamedBody(ClientStream& stream, boost::beast::flat_buffer& buffer, Head&& head, Clock& clock,
                 const SessionLimits& limits);

    Task<std::expected<std::string, api::BodyFailure>> read() override;

    const auto& message() const { return parser_.get(); }
    bool finished() const { return parser_.is_done(); }  // nothing of it is left on the connection
    bool gone() const { return gone_; }                  // and nobody is there to be answered

 private:
    Task<boost::system::error_code> fill(std::string& piece);
    api::BodyFailure failure_of(boost::system::error_code error);

    ClientStream& stream_;
    boost::beast::flat_buffer& buffer_;
    boost::beast::http::request_parser<boost::beast::http::buffer_body> parser_;
    Clock& clock_;
    const SessionLimits& limits_;
    bool begun_{};
    bool gone_{};
    std::size_t total_{};
    std::chrono::nanoseconds waited_{};
};

}  // namespace herald::service
