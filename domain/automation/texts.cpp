#include "domain/automation/texts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace herald {
namespace {

Result<std::string> rendered(const Template& text, const Variables& variables, Escaping escaping) {
    auto out = text.render(variables, escaping);
    if (!out) return Error{Errc::invalid_argument, fmt::format("no value for: {}", fmt::join(out.error(), ", "))};
    if (out->size() > largest_body)
        return Error{Errc::invalid_argument,
                     fmt::format("the text has {} bytes, at most {} are sent", out->size(), largest_body)};
    return *std::move(out);
}

// Intercom refuses such a body.
bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

bool has_text(const Step& step) {
    return std::holds_alternative<MessageStep>(step.rule) || std::holds_alternative<TaskStep>(step.rule) ||
           std::holds_alternative<SlackStep>(step.rule);
}

Result<StepText> text_of(const Step& step, const Variables& variables) {
    if (const auto* message = std::get_if<MessageStep>(&step.rule)) {
        auto out = message->content.render(variables);
        if (!out) return out.error();
        if (is_blank(out->body)) return Error{Errc::invalid_argument, "the body is empty"};
        return StepText{std::move(out->subject), std::move(out->body)};
    }
    if (const auto* task = std::get_if<TaskStep>(&step.rule)) {
        auto out = rendered(task->text, variables, Escaping::text);
        if (!out) return out.error();
        return StepText{{}, "Automated Task: " + *out};
    }
    if (const auto* slack = std::get_if<SlackStep>(&step.rule)) {
        auto out = rendered(slack->text, variables, Escaping::plain);
        if (!out) return out.error();
        return StepText{{}, *std::move(out)};
    }
    return StepText{};
}

}  // namespace herald
