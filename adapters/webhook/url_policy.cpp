#include "adapters/webhook/url_policy.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace herald::webhook {
namespace {

constexpr std::string_view wildcard = "*.";

bool matches_any(const std::vector<HostRule>& rules, const Target& target) {
    return std::ranges::any_of(rules, [&](const HostRule& rule) { return rule.matches(target); });
}

bool names_this_machine(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace

bool HostRule::matches(const Target& target) const {
    const auto& [tls, other, other_port, base_path] = target.endpoint;
    if (!port.empty() && port != other_port) return false;
    return below ? other.size() > host.size() && other.ends_with("." + host) : other == host;
}

std::expected<HostRule, std::string> parse_host_rule(std::string_view text) {
    auto parts = split_authority(text);
    HostRule rule;
    if (parts && parts->host.starts_with(wildcard)) {
        rule.below = true;
        parts->host.remove_prefix(wildcard.size());
    }
    const auto host = parts ? host_of(parts->host) : std::nullopt;
    const auto port = parts && parts->port ? port_of(*parts->port) : std::optional<std::string>("");
    if (!host || !port || (rule.below && address_of(*host)))
        return std::unexpected(
            fmt::format("'{}' is no host: example.com, *.example.com or an address, with :PORT or without", text));
    rule.host = *host;
    rule.port = *port;
    return rule;
}

std::expected<HostRule, std::string> parse_exact_rule(std::string_view text) {
    auto rule = parse_host_rule(text);
    if (rule && (rule->below || rule->port.empty()))
        return std::unexpected(fmt::format("'{}' must be one host with its port, such as receiver:8080", text));
    return rule;
}

bool UrlPolicy::is_insecure(const Target& target) const {
    return matches_any(insecure, target);
}

std::optional<std::string> UrlPolicy::refusal(const Target& target) const {
    if (is_insecure(target)) return target.address ? refusal(target, *target.address) : std::nullopt;
    const auto& host = target.endpoint.host;
    if (!target.endpoint.tls) return "the URL must begin with https://";
    if (!allow.empty() && !matches_any(allow, target)) return fmt::format("{} is not on the allow-list", host);
    if (names_this_machine(host)) return fmt::format("{} is this machine itself", host);
    return target.address ? refusal(target, *target.address) : std::nullopt;
}

std::optional<std::string> UrlPolicy::refusal(const Target& target, const Address& address) const {
    const auto found = not_public(address);
    if (!found || (found->is_internal && is_insecure(target))) return {};
    return fmt::format("{} is no public address: {}", target.endpoint.host, found->what);
}

}  // namespace herald::webhook
