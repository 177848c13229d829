#pragma once
// `herald keys create|list|revoke`: API keys in the data directory, also while the service runs, which takes notice
// within a second.

#include <span>
#include <string>

#include "service/config.hpp"

namespace herald::service {

// `arguments` are those after `keys`. What a program wants to read goes to stdout, the rest to stderr; the exit code
// is 0, or 2 after every mistake was named. Throws std::exception with a message for the operator when the data
// directory cannot be used.
int keys_command(std::span<const std::string> arguments, const Config& config);

// Why the service may not start: it would listen beyond this machine, and there has never been an API key.
std::optional<std::string> refuse_to_listen(const Config& config);

}  // namespace herald::service
