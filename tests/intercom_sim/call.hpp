#pragma once
// One request as a handler sees it, and the helpers handlers share.

#include <array>
#include <initializer_list>
#include <map>

#include <boost/json/object.hpp>

#include "tests/intercom_sim/world.hpp"

namespace sim {

inline constexpr int preview_version = 1000;

struct Call {
    boost::json::object body;
    std::array<std::string, 2> params;  // decoded path parameters
    std::map<std::string, std::string, std::less<>> query;
    std::int64_t now_ms{};
    int version{};           // minor part of 2.N
    std::string_view fault;  // recorded with every effect

    std::int64_t now() const { return now_ms / 1000; }
    std::string_view query_or(std::string_view name, std::string_view fallback) const;
    Dates dates() const { return version >= 17 ? Dates::seconds : Dates::whole_days; }
};

using Handler = Reply (*)(World&, Call&);

// A present, non-null member, or nullptr.
const boost::json::value* member(const boost::json::object& object, std::string_view name);
// Ids may come as JSON strings or integers. Empty: neither.
std::string id_text(const boost::json::value* value);
ApiError invalid(std::string message);
ApiError not_found(std::string message);
ApiError user_not_found();
ApiError resource_not_found();
// The contact of a path or body, or 404, or 410 for a merged one.
std::expected<ContactIndex, ApiError> live_contact(const World& world, std::string_view id);
void record(World& world, const Call& call, std::string_view kind, std::optional<ContactIndex> contact,
            boost::json::object details);
boost::json::object pages_json(const Page& page, bool null_next);

struct Slice {
    std::size_t begin{};
    std::size_t end{};
    boost::json::object pages;
};
// Page-style lists: ?page=1&per_page=50, `next` is a URL.
Slice slice_page(const Call& call, std::size_t total, std::string_view url);

}  // namespace sim
