#pragma once
// What the list operations share: limit, cursor, and names as query parameters.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "api/backend.hpp"
#include "api/json/names.hpp"

namespace herald::api {

OrProblem<std::size_t> limit_of(const Target& target, std::size_t normal, std::size_t most);

// The position in `list` that the cursor names; empty without a cursor.
OrProblem<std::optional<std::string>> cursor_of(const Target& target, std::string_view list);
Problem cursor_problem();
// A position that is a number; nullopt: it is none.
std::optional<std::int64_t> position_of(const std::string& text);

// What the path names. What is no id at all is not found either.
OrProblem<CampaignId> campaign_of(const Call& call);
OrProblem<AutomationId> automation_of(const Call& call);

// "true" or "false"; false without one.
OrProblem<bool> flag_of(const Target& target, std::string_view parameter);

template <Named E>
OrProblem<std::optional<E>> named_of(const Target& target, std::string_view parameter) {
    const auto* text = target.parameter(parameter);
    if (text == nullptr) return std::nullopt;
    for (const auto value : Names<E>::values)
        if (Names<E>::name(value) == *text) return value;
    return std::unexpected(
        parameter_problem(parameter, FieldCode::invalid_value, fmt::format("one of {} is expected", all_names<E>())));
}

}  // namespace herald::api
