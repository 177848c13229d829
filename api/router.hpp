#pragma once
// From a request line to a route.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes.hpp"

namespace herald::api {

OrProblem<Target> parse_target(std::string_view target);

struct Match {
    const Route* route{};  // null: no route takes the method
    std::vector<std::string> captured;
    std::string allow;  // the methods of the path; empty: there is no such path
};

// HEAD matches what GET matches.
Match match(std::string_view method, const std::vector<std::string>& segments);

// Every method that some path takes, as Allow names them.
std::string all_methods();

// 400 for a parameter that the route does not know, or that stands twice.
std::optional<Problem> check_query(const Route& route, const Target& target);

}  // namespace herald::api
