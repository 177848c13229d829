#pragma once
// POST /messages: what a request must look like, before any contact or admin is looked up.

#include <expected>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "tests/intercom_sim/reply.hpp"

namespace sim {

struct Recipient {
    std::string role;  // user, lead or contact
    std::string id;
    std::string via;  // to, cc or bcc
};

struct MessageRequest {
    bool email{};
    std::string subject;
    std::string body;
    std::string template_name;
    std::string admin_id;
    std::vector<Recipient> recipients;
    bool open_conversation{};
    std::int64_t created_at{};  // 0: now
};

// `in_app_names`: both, inapp or in_app.
std::expected<MessageRequest, ApiError> read_message(const boost::json::object& body, std::string_view in_app_names,
                                                     int version);

}  // namespace sim
