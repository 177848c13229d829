#include "api/lists.hpp"

#include <charconv>

#include "api/cursor.hpp"
#include "domain/core/id.hpp"

namespace herald::api {

OrProblem<std::size_t> limit_of(const Target& target, std::size_t normal, std::size_t most) {
    const auto* text = target.parameter("limit");
    if (text == nullptr) return normal;
    std::size_t limit = 0;
    const auto* end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, limit);
    if (error != std::errc() || rest != end || limit < 1 || limit > most)
        return std::unexpected(parameter_problem("limit", FieldCode::invalid_value,
                                                 fmt::format("a number from 1 to {} is expected", most)));
    return limit;
}

Problem cursor_problem() {
    return parameter_problem("cursor", FieldCode::invalid_value,
                             "is not a cursor of this list in this order; begin again without one");
}

OrProblem<std::optional<std::string>> cursor_of(const Target& target, std::string_view list) {
    const auto* text = target.parameter("cursor");
    if (text == nullptr) return std::nullopt;
    auto position = read_cursor(list, *text);
    if (!position) return std::unexpected(cursor_problem());
    return position;
}

std::optional<std::int64_t> position_of(const std::string& text) {
    std::int64_t position = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, position);
    if (error != std::errc() || rest != end || position < 0) return {};
    return position;
}

OrProblem<bool> flag_of(const Target& target, std::string_view parameter) {
    const auto* text = target.parameter(parameter);
    if (text == nullptr || *text == "false") return false;
    if (*text == "true") return true;
    return std::unexpected(parameter_problem(parameter, FieldCode::invalid_value, "true or false is expected"));
}

OrProblem<CampaignId> campaign_of(const Call& call) {
    const auto& id = call.captured.front();
    if (!is_id("cmp", id)) return std::unexpected(problem(Error{Errc::not_found, "there is no such campaign"}));
    return CampaignId{id};
}

OrProblem<AutomationId> automation_of(const Call& call) {
    const auto& id = call.captured.front();
    if (!is_id("aut", id)) return std::unexpected(problem(Error{Errc::not_found, "there is no such automation"}));
    return AutomationId{id};
}

}  // namespace herald::api
