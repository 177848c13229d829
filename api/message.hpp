#pragma once
// One HTTP exchange as values. Sockets, chunking and limits of the connection are the session's.

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald::api {

struct Header {
    std::string name;
    std::string value;

    friend bool operator==(const Header&, const Header&) = default;
};

// Names compare without regard to case.
class Headers {
 public:
    Headers() = default;
    Headers(std::initializer_list<Header> fields) : fields_(fields) {}

    void emplace_back(std::string_view name, std::string_view value) {
        fields_.push_back({std::string(name), std::string(value)});
    }
    void set(std::string_view name, std::string_view value);           // replaces every field of that name
    std::optional<std::string_view> get(std::string_view name) const;  // the first one

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }

    friend bool operator==(const Headers&, const Headers&) = default;

 private:
    std::vector<Header> fields_;
};

// Why a body that is read as it comes ended before its end.
enum class BodyFailure : std::uint8_t {
    gone,       // the connection broke; nobody reads an answer
    too_slow,   // slower than the minimum speed
    malformed,  // what came is not HTTP
};

// A request body that is read as it comes. While nobody reads, nothing is taken off the connection.
class BodySource {
 public:
    virtual ~BodySource() = default;
    // The next piece, of at most 64 KiB; empty: the end. Not asked again after the end or a failure.
    virtual Task<std::expected<std::string, BodyFailure>> read() = 0;
};

struct Request {
    std::string method;  // as on the request line: "GET"
    std::string target;  // as on the request line: path and query
    Headers headers;
    std::string body;
    BodySource* stream{};    // on routes that read their body as it comes: the body; lives as long as the request
    std::string request_id;  // made by the session; the caller's own X-Request-Id wins when it is sane
    Deadline deadline;
};

// A body that is made while it is sent. Pulled by the session, one chunk at a time.
class BodyStream {
 public:
    virtual ~BodyStream() = default;
    virtual Task<std::optional<std::string>> next() = 0;  // nullopt: the end
    // Asked at the end. False: something is missing; the connection is cut, so that nobody takes it for all.
    virtual bool whole() const { return true; }
};

struct Response {
    int status{200};
    Headers headers;
    std::string body;                    // of a HEAD too, for its length: the session leaves it off
    std::unique_ptr<BodyStream> stream;  // when set, `body` is empty and this is the body
    std::string actor{};                 // who asked, for the log: never sent
};

// The id that names this exchange in answers and logs.
std::string request_id(const Request& request);

}  // namespace herald::api
