#pragma once
// The texts of steps, rendered for one run: the same in reality and in a simulation.

#include <string>

#include "domain/automation/step.hpp"
#include "domain/contact/contact.hpp"
#include "domain/core/result.hpp"

namespace herald {

struct StepText {
    std::string subject;  // of an email
    std::string body;     // HTML of messages and notes, plain text for Slack

    friend bool operator==(const StepText&, const StepText&) = default;
};

bool has_text(const Step& step);

// Errors: invalid_argument, when a variable has no value (the detail names them) or the text becomes too large.
Result<StepText> text_of(const Step& step, const Variables& variables);

}  // namespace herald
