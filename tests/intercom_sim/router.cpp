#include "tests/intercom_sim/router.hpp"

#include <charconv>

#include "tests/intercom_sim/handlers.hpp"

namespace sim {

namespace {

#define SIM_ROUTE(method, path, handler) {method, path, method " " path, handler}

// Literal paths come before those with a parameter in the same place.
constexpr std::array table{std::to_array<Route>({
    SIM_ROUTE("GET", "/me", get_me),
    SIM_ROUTE("GET", "/admins", list_admins),
    SIM_ROUTE("GET", "/admins/{admin_id}", get_admin),
    SIM_ROUTE("POST", "/messages", create_message),
    SIM_ROUTE("POST", "/contacts/search", search_contacts),
    SIM_ROUTE("POST", "/contacts/merge", merge_contacts),
    SIM_ROUTE("POST", "/contacts", create_contact),
    SIM_ROUTE("GET", "/contacts", list_contacts),
    SIM_ROUTE("GET", "/contacts/find_by_external_id/{external_id}", find_by_external_id),
    SIM_ROUTE("GET", "/contacts/{contact_id}", get_contact),
    SIM_ROUTE("PUT", "/contacts/{contact_id}", update_contact),
    SIM_ROUTE("DELETE", "/contacts/{contact_id}", delete_contact),
    SIM_ROUTE("POST", "/contacts/{contact_id}/archive", archive_contact),
    SIM_ROUTE("POST", "/contacts/{contact_id}/unarchive", unarchive_contact),
    SIM_ROUTE("POST", "/contacts/{contact_id}/block", block_contact),
    SIM_ROUTE("GET", "/contacts/{contact_id}/tags", list_contact_tags),
    SIM_ROUTE("POST", "/contacts/{contact_id}/tags", attach_tag),
    SIM_ROUTE("DELETE", "/contacts/{contact_id}/tags/{tag_id}", detach_tag),
    SIM_ROUTE("GET", "/contacts/{contact_id}/notes", list_notes),
    SIM_ROUTE("POST", "/contacts/{contact_id}/notes", create_note),
    SIM_ROUTE("GET", "/contacts/{contact_id}/segments", list_contact_segments),
    SIM_ROUTE("GET", "/contacts/{contact_id}/subscriptions", list_contact_subscriptions),
    SIM_ROUTE("POST", "/contacts/{contact_id}/subscriptions", attach_subscription),
    SIM_ROUTE("DELETE", "/contacts/{contact_id}/subscriptions/{subscription_id}", detach_subscription),
    SIM_ROUTE("POST", "/events", create_event),
    SIM_ROUTE("GET", "/events", list_events),
    SIM_ROUTE("GET", "/tags", list_tags),
    SIM_ROUTE("POST", "/tags", create_tag),
    SIM_ROUTE("GET", "/tags/{tag_id}", get_tag),
    SIM_ROUTE("DELETE", "/tags/{tag_id}", delete_tag),
    SIM_ROUTE("GET", "/notes/{note_id}", get_note),
    SIM_ROUTE("POST", "/conversations/search", search_conversations),
    SIM_ROUTE("GET", "/conversations", list_conversations),
    SIM_ROUTE("POST", "/conversations", create_conversation),
    SIM_ROUTE("GET", "/conversations/{conversation_id}", get_conversation),
    SIM_ROUTE("POST", "/conversations/{conversation_id}/reply", reply_conversation),
    SIM_ROUTE("POST", "/conversations/{conversation_id}/parts", manage_conversation),
    SIM_ROUTE("GET", "/segments", list_segments),
    SIM_ROUTE("GET", "/segments/{segment_id}", get_segment),
    SIM_ROUTE("GET", "/subscription_types", list_subscription_types),
    SIM_ROUTE("GET", "/data_attributes", list_data_attributes),
    SIM_ROUTE("POST", "/data_attributes", create_data_attribute),
})};

#undef SIM_ROUTE

std::string_view next_segment(std::string_view& path) {
    const std::size_t slash = path.find('/', 1);
    const std::string_view segment = path.substr(1, slash == std::string_view::npos ? slash : slash - 1);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
    return segment;
}

bool fits(std::string_view pattern, std::string_view path, std::array<std::string, 2>& params) {
    std::size_t found = 0;
    while (!pattern.empty() && !path.empty()) {
        const std::string_view expected = next_segment(pattern);
        const std::string_view actual = next_segment(path);
        if (expected.starts_with('{')) {
            if (actual.empty()) return false;
            params.at(found++) = percent_decode(actual, false);
        } else if (expected != actual) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

}  // namespace

std::span<const Route> routes() {
    return table;
}

Matched match_route(std::string_view method, std::string_view path) {
    Matched result;
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    if (!path.starts_with('/')) return result;
    for (const Route& route : table) {
        if (!fits(route.path, path, result.params)) continue;
        result.path_exists = true;
        if (route.method != method) continue;
        result.route = &route;
        return result;
    }
    return result;
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value{};
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
            result.push_back(static_cast<char>(value));
            i += 2;
        } else {
            result.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
        }
    }
    return result;
}

std::map<std::string, std::string, std::less<>> parse_query_string(std::string_view query) {
    std::map<std::string, std::string, std::less<>> result;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (!pair.empty()) {
            result[percent_decode(pair.substr(0, equals), true)] =
                percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return result;
}

}  // namespace sim
