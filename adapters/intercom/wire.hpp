#pragma once
// Intercom's JSON: what we send and what we read. Names and rules: Intercom REST API 2.16. Fields we do not
// know are ignored; ids come as strings or as numbers.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/contact/contact.hpp"
#include "domain/ports/audience_directory.hpp"
#include "domain/ports/contact_creator.hpp"

namespace herald::intercom {

std::string message_json(const OutboundMessage& message);
std::string event_json(const TrackedEvent& event);

// One page of contacts whose `field` is one of `values`.
std::string contact_search_json(std::string_view field, const std::vector<std::string>& values,
                                const std::optional<std::string>& starting_after);

// A page of `per_page` contacts behind the cursor that the query finds at `now`.
std::string audience_search_json(const AudienceQuery& query, std::size_t per_page,
                                 const std::optional<std::string>& starting_after, WallTime now);

// A user under this reference; nothing is said about what nobody asked for, least of all about subscriptions.
std::string new_contact_json(const NewContact& person);

struct FoundContact {
    Contact contact;
    std::int64_t updated_at{};
    std::int64_t created_at{};  // as updated_at in Unix seconds; 0: not said
};
struct FoundPage {
    std::vector<FoundContact> contacts;
    std::optional<std::string> starting_after;  // of the next page
    std::optional<std::int64_t> total;          // of all pages
};
// nullopt: not the JSON that Intercom describes.
std::optional<FoundPage> read_contact_page(std::string_view body);
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

// What a 409 says about the contact that is in the way: "A contact matching those details already exists with id=…".
struct Conflict {
    std::string id;  // empty: none can be read
    bool archived{};
};
Conflict read_conflict(std::string_view message);

}  // namespace herald::intercom
