#pragma once
// What a version of an automation says, as it is stored: the body of its creation with every default written out.

#include <memory>
#include <string>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "api/automation_body.hpp"
#include "domain/automation/automation.hpp"

namespace herald::api {

// Of a body without mistakes whose senders are settled.
std::string document_of(AutomationBody body);

// Pure; any thread. Errors: invalid_argument, when this program does not understand it.
Result<std::shared_ptr<const Definition>> read_definition(const std::string& document);

// The document as people may see it: addresses of webhooks, which are secrets, show their host alone.
boost::json::object shown_document(const std::string& document);

// Puts the addresses of `document` back where a body says them as people see them, as far as there is no doubt which
// one is meant.
void unmask(boost::json::value& body, const std::string& document);

// An address as people may see it: "https://hooks.slack.com/…".
std::string masked(std::string_view url);

}  // namespace herald::api
