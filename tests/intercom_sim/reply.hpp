#pragma once
// Builders for answers and the error envelope every failure of the API comes in.

#include <string_view>

#include <boost/json/value.hpp>

#include "tests/intercom_sim/http_types.hpp"

namespace sim {

struct ApiError {
    int status{};
    std::string code;
    std::string message;
    std::string link{};  // 410: the contact that survived
};

Reply ok(const boost::json::value& body);
Reply empty_reply(int status);
Reply error_reply(int status, std::string_view code, std::string_view message);
Reply error_reply(const ApiError& error);
std::string new_request_id();

}  // namespace sim
