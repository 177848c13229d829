#pragma once
// Who may be called at all, as the operator has configured it.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/webhook/target.hpp"

namespace herald::webhook {

struct HostRule {
    std::string host;
    bool below{};      // every host under `host`, but not itself
    std::string port;  // empty: any

    bool matches(const Target& target) const;

    friend bool operator==(const HostRule&, const HostRule&) = default;
};

// "example.com", "*.example.com" or an address, IPv6 in brackets; ":8443" behind it means that port only. The error
// says why the text is none.
std::expected<HostRule, std::string> parse_host_rule(std::string_view text);
// "receiver:8080": one host and one port.
std::expected<HostRule, std::string> parse_exact_rule(std::string_view text);

struct UrlPolicy {
    std::vector<HostRule> allow;     // none: every public host
    std::vector<HostRule> insecure;  // may be private or loopback and need no TLS; allowed without being in `allow`

    // Why the target is never called, as far as its text says; the details name the host only.
    std::optional<std::string> refusal(const Target& target) const;
    // Why it is not called at this address of its host.
    std::optional<std::string> refusal(const Target& target, const Address& address) const;

 private:
    bool is_insecure(const Target& target) const;
};

}  // namespace herald::webhook
