#include "tests/intercom_sim/call.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace sim {

namespace json = boost::json;

std::string_view Call::query_or(std::string_view name, std::string_view fallback) const {
    const auto found = query.find(name);
    return found == query.end() ? fallback : std::string_view(found->second);
}

const json::value* member(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
}

std::string id_text(const json::value* value) {
    if (!value) return {};
    if (value->is_string()) return std::string(value->get_string());
    if (value->is_int64()) return std::to_string(value->get_int64());
    if (value->is_uint64()) return std::to_string(value->get_uint64());
    return {};
}

ApiError invalid(std::string message) {
    return {.status = 400, .code = "parameter_invalid", .message = std::move(message)};
}
ApiError not_found(std::string message) {
    return {.status = 404, .code = "not_found", .message = std::move(message)};
}
ApiError user_not_found() {
    return not_found("User Not Found");
}
ApiError resource_not_found() {
    return not_found("Resource Not Found");
}

std::expected<ContactIndex, ApiError> live_contact(const World& world, std::string_view id) {
    const std::optional<ContactIndex> index = world.contacts.by_id(id);
    if (!index) return std::unexpected(user_not_found());
    const std::optional<ContactIndex> survivor = world.contacts[*index].more().merged_into;
    if (!survivor) return *index;
    return std::unexpected(
        ApiError{.status = 410,
                 .code = "contact_merged",
                 .message = "This contact has been merged. See the 'Link' header for the canonical contact.",
                 .link = fmt::format("</contacts/{}>; rel=\"canonical\"", contact_id(*survivor))});
}

void record(World& world, const Call& call, std::string_view kind, std::optional<ContactIndex> contact,
            json::object details) {
    json::object effect;
    effect.reserve(details.size() + 3);
    effect["kind"] = kind;
    if (contact) {
        effect["contact_id"] = contact_id(*contact);
        const std::string& external_id = world.contacts[*contact].external_id;
        effect["external_id"] = external_id.empty() ? json::value(nullptr) : json::value(external_id);
    }
    for (auto& detail : details) effect.emplace(detail.key(), std::move(detail.value()));
    world.ledger.record(std::move(effect), call.now_ms, call.fault);
}

json::object pages_json(const Page& page, bool null_next) {
    json::object pages{
        {"type", "pages"}, {"page", page.number}, {"per_page", page.per_page}, {"total_pages", page.pages()}};
    if (!page.next.empty()) {
        pages["next"] = json::object{{"per_page", page.per_page}, {"starting_after", page.next}};
    } else if (null_next) {
        pages["next"] = nullptr;
    }
    return pages;
}

Slice slice_page(const Call& call, std::size_t total, std::string_view url) {
    const auto number = [&](std::string_view name, std::size_t fallback, std::size_t most) {
        const std::string_view text = call.query_or(name, "");
        std::size_t value = fallback;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return std::clamp<std::size_t>(value, 1, most);
    };
    const std::size_t per_page = number("per_page", 50, 150);
    const std::size_t page = number("page", 1, 1'000'000);
    Slice slice{.begin = std::min(total, (page - 1) * per_page), .end = std::min(total, page * per_page), .pages = {}};
    slice.pages = {{"type", "pages"},
                   {"page", page},
                   {"per_page", per_page},
                   {"total_pages", (total + per_page - 1) / per_page},
                   {"next", nullptr}};
    if (slice.end < total) {
        slice.pages["next"] =
            fmt::format("{}{}page={}&per_page={}", url, url.contains('?') ? '&' : '?', page + 1, per_page);
    }
    return slice;
}

}  // namespace sim
