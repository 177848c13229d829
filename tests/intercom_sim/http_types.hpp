#pragma once
// What the session hands to the application and gets back. No sockets and no Beast in here.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sim {

struct Request {
    std::string method;
    std::string path;   // still percent-encoded, without the query
    std::string query;  // after '?', still encoded
    std::string authorization;
    std::string accept;
    std::string version;  // Intercom-Version
    std::string content_type;
    std::string body;
    std::int64_t arrived_ms{};
    std::uint64_t connection{};
    bool has_accept{};
    bool has_version{};
    bool reused{};    // not the first request on its connection
    bool loopback{};  // the peer's address
};

struct Reply {
    int status{200};
    std::string body;
    std::string content_type{"application/json; charset=utf-8"};
    std::vector<std::pair<std::string, std::string>> headers;
};

}  // namespace sim
