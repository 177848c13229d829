#include "service/webhook_settings.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "service/key_entry.hpp"

namespace herald::service {
namespace {

using Mistake = std::optional<std::string>;
using HostRules = std::vector<webhook::HostRule>;
using Parse = std::expected<webhook::HostRule, std::string> (*)(std::string_view);

constexpr std::size_t most_secrets = 2;  // the new one and the old

Mistake set_rules(HostRules& into, std::string_view text, Parse parse) {
    HostRules rules;
    std::vector<std::string> mistakes;
    for (const auto& entry : listed(text)) {
        auto rule = parse(entry);
        if (rule)
            rules.push_back(*std::move(rule));
        else
            mistakes.push_back(rule.error());
    }
    if (!mistakes.empty()) return fmt::format("{}", fmt::join(mistakes, "; "));
    if (rules.empty()) return "names no host; leave it out to change nothing";
    into = std::move(rules);
    return {};
}

}  // namespace

Mistake set_webhook_secrets(Config& config, std::string_view text) {
    const auto secrets = listed(text);
    std::vector<std::string> mistakes;
    if (secrets.empty() || secrets.size() > most_secrets) mistakes.emplace_back("must be one secret, or two");
    for (std::size_t i = 0; i < secrets.size(); ++i)
        if (!webhook::SigningKey::parse(secrets[i]))
            mistakes.push_back(fmt::format("secret {} must be whsec_ and base64 of 24 to 64 bytes", i + 1));
    if (secrets.size() == 2 && secrets[0] == secrets[1]) mistakes.emplace_back("the two secrets are the same");
    if (!mistakes.empty()) return fmt::format("{}", fmt::join(mistakes, "; "));
    config.webhook_secrets.clear();
    for (const auto& secret : secrets) config.webhook_secrets.emplace_back(secret);
    return {};
}

Mistake set_webhook_allow(Config& config, std::string_view text) {
    return set_rules(config.webhook_policy.allow, text, webhook::parse_host_rule);
}

Mistake set_webhook_insecure(Config& config, std::string_view text) {
    return set_rules(config.webhook_policy.insecure, text, webhook::parse_exact_rule);
}

webhook::WebhookOptions webhook_options(const Config& config) {
    webhook::WebhookOptions out;
    for (const auto& secret : config.webhook_secrets)
        if (auto key = webhook::SigningKey::parse(secret.reveal())) out.keys.push_back(*std::move(key));
    out.policy = config.webhook_policy;
    return out;
}

}  // namespace herald::service
