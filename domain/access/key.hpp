#pragma once
// An API key as the service knows it: never the key itself, only the SHA-256 of its text.

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/access/key_scope.hpp"
#include "domain/core/id.hpp"
#include "domain/message/send_policy.hpp"

namespace herald {

using KeyId = Id<struct KeyTag>;
using KeyHash = std::array<unsigned char, 32>;

std::string to_hex(const KeyHash& hash);
// From 64 hexadecimal digits of either case.
std::optional<KeyHash> key_hash(std::string_view hex);

// What stands before the random part, so that people and secret scanners know what they see.
inline constexpr std::string_view key_prefix = "hrld_";

inline constexpr std::int64_t most_requests_per_minute = 6'000'000;

// The name is who calls: it stands in the audit and the log, and separates idempotency keys. Several keys may have
// the same one, so that a caller can go over from one to the next.
struct ApiKey {
    std::string name;
    KeyHash hash{};
    KeyScopes scopes;
    std::vector<WorkspaceId> workspaces;              // by name; at least one
    std::optional<std::int64_t> requests_per_minute;  // absent: the quota of the configuration
    std::optional<SendPolicy> delivery_policy;        // of messages that name none; absent: at_least_once

    friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

inline constexpr std::size_t longest_key_name = 64;

// 1 to 64 of a-z, 0-9, -, _ and ., and not one that the audit uses for somebody else.
bool is_key_name(std::string_view name);
inline constexpr std::string_view key_name_rule =
    "is no name: 1 to 64 of a-z, 0-9, -, _ and ., and not anonymous, operator or herald";

// What a call without a key is where none is needed.
inline constexpr std::string_view anonymous = "anonymous";
// Who creates and revokes keys: somebody on the command line.
inline constexpr std::string_view command_line = "operator";

enum class WorkspaceFault : std::uint8_t {
    unnamed,    // the key has several: the call must say which
    forbidden,  // not one of the key's
    unknown,    // the key's, but not configured
};

// The workspace that a call with the key is about, out of those that are configured.
std::expected<WorkspaceId, WorkspaceFault> workspace_of(const ApiKey& key, std::optional<std::string_view> named,
                                                        std::span<const WorkspaceId> configured);

}  // namespace herald
