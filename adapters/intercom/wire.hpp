#pragma once
// Intercom's JSON: what we send and what we read. Names and rules: Intercom REST API 2.16. Fields we do not
// know are ignored; ids come as strings or as numbers.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/contact/contact.hpp"
#include "domain/ports/messenger.hpp"

namespace herald::intercom {

std::string message_json(const OutboundMessage& message);
std::string event_json(const TrackedEvent& event);

// One page of contacts whose `field` is one of `values`.
std::string contact_search_json(std::string_view field, const std::vector<std::string>& values,
                                const std::optional<std::string>& starting_after);

struct FoundContact {
    Contact contact;
    std::int64_t updated_at{};
};
struct ContactPage {
    std::vector<FoundContact> contacts;
    std::optional<std::string> starting_after;  // of the next page
};
// nullopt: not the JSON that Intercom describes.
std::optional<ContactPage> read_contact_page(std::string_view body);
std::optional<FoundContact> read_contact(std::string_view body);
std::optional<std::vector<Admin>> read_admins(std::string_view body);
// The workspace's id_code in the answer to GET /me.
std::optional<std::string> read_app_id(std::string_view body);
// The message id of an accepted message.
std::optional<std::string> read_message_id(std::string_view body);

// The error envelope in any of its shapes; empty fields for what is missing, also for HTML.
struct ErrorBody {
    std::string code;
    std::string message;
    std::string request_id;
};
ErrorBody read_error(std::string_view body);

}  // namespace herald::intercom
