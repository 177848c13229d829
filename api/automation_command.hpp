#pragma once
// Automations, read from their bodies. Pure: a large body is read by the worker.

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "api/automation_definition.hpp"
#include "api/operation_command.hpp"

namespace herald::api {

struct AutomationCommand : CommandHead {
    AutomationBody body;
};
OrNoJson<AutomationCommand> read_automation_command(std::string_view body, std::string_view method,
                                                    std::string_view path, const Judges& judges);

// What a merge patch makes of the document.
struct PatchedAutomation {
    FieldErrors errors;  // when there are any, the body does not count
    AutomationBody body;
};
PatchedAutomation patched(const std::string& document, const boost::json::value& patch, Judges judges);

struct ConfirmCommand : CommandHead {
    std::int64_t firing{};
};
OrNoJson<ConfirmCommand> read_confirm_command(std::string_view body, std::string_view method, std::string_view path);

struct ConfirmBody {
    Text<64> firing;
};
BOOST_DESCRIBE_STRUCT(ConfirmBody, (), (firing))
void check(Decoder& decoder, const ConfirmBody& body);

}  // namespace herald::api
