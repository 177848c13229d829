#pragma once
// What the configuration says about webhooks, and what follows from it.

#include <optional>
#include <string>
#include <string_view>

#include "adapters/webhook/client.hpp"
#include "service/config.hpp"

namespace herald::service {

// Lists separated by commas or spaces. The mistake names all that is wrong, and shows nothing of a secret.
std::optional<std::string> set_webhook_secrets(Config& config, std::string_view text);
std::optional<std::string> set_webhook_allow(Config& config, std::string_view text);
std::optional<std::string> set_webhook_insecure(Config& config, std::string_view text);

// Of a configuration without mistakes.
webhook::WebhookOptions webhook_options(const Config& config);

}  // namespace herald::service
