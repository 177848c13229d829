// Data events: created once per (contact, name, time), listed for 90 days.

#include <algorithm>
#include <map>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "tests/intercom_sim/contact_json.hpp"
#include "tests/intercom_sim/handlers.hpp"

namespace sim {

namespace json = boost::json;

namespace {

constexpr std::size_t most_event_names = 120;
constexpr std::size_t most_metadata_keys = 10;
constexpr std::int64_t shown_seconds = 90LL * 86400;
constexpr std::int64_t latest_seconds = 100'000'000'000;  // beyond: those are milliseconds

std::expected<ContactIndex, ApiError> contact_of(const World& world, const std::string& id, const std::string& user_id,
                                                 const std::string& email) {
    if (!id.empty()) return live_contact(world, id);
    if (!user_id.empty()) {
        const auto found = world.contacts.by_external_id(user_id);
        if (!found) return std::unexpected(user_not_found());
        return *found;
    }
    if (email.empty()) return std::unexpected(invalid("One of id, user_id or email is required"));
    const std::vector<ContactIndex> found = world.contacts.by_email(lower(email));
    if (found.empty()) return std::unexpected(user_not_found());
    if (found.size() == 1) return found.front();
    return std::unexpected(
        ApiError{.status = 409, .code = "conflict", .message = "Several contacts have this email address"});
}

// Flat values, rich links {url, value} and money {amount, currency}.
bool metadata_value_ok(const json::value& value) {
    if (!value.is_object()) return !value.is_array();
    const json::object& object = value.get_object();
    return (object.contains("url") && object.contains("value")) ||
           (object.contains("amount") && object.contains("currency"));
}

std::expected<std::string, ApiError> read_metadata(const json::object& body) {
    const json::value* given = member(body, "metadata");
    if (!given) return "{}";
    if (!given->is_object()) return std::unexpected(invalid("metadata must be an object"));
    json::object kept;
    for (const auto& [key, value] : given->get_object()) {
        if (!metadata_value_ok(value)) {
            return std::unexpected(invalid(fmt::format("metadata '{}' is not a flat value", std::string_view(key))));
        }
        if (kept.size() < most_metadata_keys) kept.emplace(key, value);  // the rest is dropped silently
    }
    return json::serialize(kept);
}

json::object event_json(const World& world, ContactIndex index, const Event& event) {
    const Contact& contact = world.contacts[index];
    return {{"type", "event"},
            {"id", event.id},
            {"event_name", event.name},
            {"created_at", event.created_at},
            {"user_id", text_or_null(contact.external_id)},
            {"intercom_user_id", contact_id(index)},
            {"email", text_or_null(contact.email)},
            {"metadata", json::parse(event.metadata)}};
}

std::string iso_time(std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

Reply summary(const World& world, ContactIndex index) {
    struct Sum {
        std::int64_t first{};
        std::int64_t last{};
        std::size_t count{};
    };
    std::map<std::string, Sum> sums;
    for (const Event& event : world.contacts[index].more().events) {
        Sum& sum = sums[event.name];
        if (sum.count++ == 0) sum.first = sum.last = event.created_at;
        sum.first = std::min(sum.first, event.created_at);
        sum.last = std::max(sum.last, event.created_at);
    }
    json::array events;
    for (const auto& [name, sum] : sums) {
        events.push_back(json::object{
            {"name", name}, {"first", iso_time(sum.first)}, {"last", iso_time(sum.last)}, {"count", sum.count}});
    }
    const Contact& contact = world.contacts[index];
    return ok(json::object{{"type", "event.summary"},
                           {"email", contact.email},
                           {"intercom_user_id", contact_id(index)},
                           {"user_id", contact.external_id},
                           {"events", std::move(events)}});
}

}  // namespace

Reply create_event(World& world, Call& call) {
    const std::string name = id_text(member(call.body, "event_name"));
    if (name.empty()) return error_reply(400, "parameter_missing", "event_name is required");
    const json::value* at = member(call.body, "created_at");
    if (!at) return error_reply(400, "parameter_missing", "created_at is required");
    if (!at->is_int64() || at->get_int64() <= 0 || at->get_int64() > latest_seconds) {
        return error_reply(invalid("created_at must be a Unix time in seconds"));
    }
    const auto index = contact_of(world, id_text(member(call.body, "id")), id_text(member(call.body, "user_id")),
                                  id_text(member(call.body, "email")));
    if (!index) return error_reply(index.error());
    auto metadata = read_metadata(call.body);
    if (!metadata) return error_reply(metadata.error());
    if (!world.event_names.contains(name) && world.event_names.size() >= most_event_names) {
        return error_reply(invalid("There are 120 active event names already"));
    }
    world.event_names.insert(name);
    // Duplicates are only recognised for contacts with an external id, and answered like the first.
    const std::string& external_id = world.contacts[*index].external_id;
    const bool duplicate =
        !external_id.empty() &&
        !world.event_keys.insert(fmt::format("{}\n{}\n{}", contact_id(*index), name, at->get_int64())).second;
    world.stats.event(duplicate);
    if (duplicate) return empty_reply(202);

    Event event{.id = world.new_id(), .name = name, .created_at = at->get_int64(), .metadata = std::move(*metadata)};
    record(world, call, "event", *index,
           {{"id", event.id},
            {"event_name", name},
            {"created_at", event.created_at},
            {"metadata", json::parse(event.metadata)}});
    world.contacts.extras(*index).events.push_back(std::move(event));
    return empty_reply(202);
}

Reply list_events(World& world, Call& call) {
    if (call.query_or("type", "") != "user") return error_reply(invalid("type must be user"));
    const auto index = contact_of(world, std::string(call.query_or("intercom_user_id", "")),
                                  std::string(call.query_or("user_id", "")), std::string(call.query_or("email", "")));
    if (!index) return error_reply(index.error());
    if (call.query_or("summary", "false") == "true") return summary(world, *index);

    std::vector<const Event*> shown;
    for (const Event& event : world.contacts[*index].more().events) {
        if (event.created_at >= call.now() - shown_seconds) shown.push_back(&event);
    }
    std::ranges::sort(shown, std::ranges::greater{},
                      [](const Event* event) { return std::pair(event->created_at, event->id); });
    const std::string id = contact_id(*index);
    Slice slice = slice_page(call, shown.size(), fmt::format("/events?type=user&intercom_user_id={}", id));
    json::array events;
    for (std::size_t i = slice.begin; i < slice.end; ++i) events.push_back(event_json(world, *index, *shown[i]));
    return ok(json::object{{"type", "event.list"},
                           {"events", std::move(events)},
                           {"pages", std::move(slice.pages)},
                           {"email", world.contacts[*index].email},
                           {"intercom_user_id", id},
                           {"user_id", world.contacts[*index].external_id}});
}

}  // namespace sim
