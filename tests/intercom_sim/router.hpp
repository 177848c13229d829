#pragma once
// Which operation a request is. The path templates are also the names that faults, stats and logs use.

#include <optional>
#include <span>

#include "tests/intercom_sim/call.hpp"

namespace sim {

struct Route {
    std::string_view method;
    std::string_view path;  // template
    std::string_view name;  // method and template
    Handler handler{};
};

struct Matched {
    const Route* route{};  // null: nothing of that path and method
    bool path_exists{};
    std::array<std::string, 2> params;
};

std::span<const Route> routes();
Matched match_route(std::string_view method, std::string_view path);
std::string percent_decode(std::string_view text, bool plus_is_space);
std::map<std::string, std::string, std::less<>> parse_query_string(std::string_view query);

}  // namespace sim
