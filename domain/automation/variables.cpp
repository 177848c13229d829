// What texts of automations may say.

#include <fmt/format.h>

#include "domain/automation/engine.hpp"

namespace herald {
namespace {

constexpr std::string_view event_prefix = "event.";

std::optional<std::string> as_text(const Scalar& value) {
    return std::visit(
        [](const auto& held) -> std::optional<std::string> {
            using T = std::remove_cvref_t<decltype(held)>;
            if constexpr (std::same_as<T, std::monostate>)
                return {};
            else if constexpr (std::same_as<T, std::string>)
                return held;
            else
                return fmt::format("{}", held);
        },
        value);
}

}  // namespace

Variables texts_of(const Definition& definition, const Run& run, const Contact& contact) {
    Variables event;
    if (!run.event_name.empty()) event.emplace("event.name", run.event_name);
    for (const auto& [key, value] : run.event_metadata)
        if (auto text = as_text(value)) {
            event.emplace(fmt::format("event.metadata.{}", key), *text);  // as filters say it
            event.emplace(fmt::format("{}{}", event_prefix, key), *std::move(text));
        }
    return merge_variables(event, definition.variables, contact.attributes);
}

std::optional<std::string> variable_refused(const Trigger& trigger, const Variables& variables,
                                            std::string_view variable) {
    if (variables.contains(std::string(variable))) return {};
    if (variable.starts_with(event_prefix)) {
        if (begins_with_event(trigger)) return {};
        return fmt::format("{}: a {} automation begins without an event", variable, name(trigger.type));
    }
    if (variable.find('.') == std::string_view::npos) return {};
    return fmt::format(
        "{} can have no value: there are event.KEY, the automation's variables and the contact's "
        "attributes, which have no dots in their names",
        variable);
}

}  // namespace herald
