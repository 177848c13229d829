#include "domain/access/key.hpp"

#include <algorithm>

namespace herald {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

std::optional<unsigned> digit(char c) {
    const auto at = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
    if (at == std::string_view::npos) return {};
    return static_cast<unsigned>(at);
}

}  // namespace

std::string to_hex(const KeyHash& hash) {
    std::string out;
    for (const auto byte : hash) {
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::optional<KeyHash> key_hash(std::string_view hex) {
    KeyHash out{};
    if (hex.size() != 2 * out.size()) return {};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto high = digit(hex[2 * i]);
        const auto low = digit(hex[(2 * i) + 1]);
        if (!high || !low) return {};
        out[i] = static_cast<unsigned char>((*high << 4U) | *low);
    }
    return out;
}

bool is_key_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_key_name && name != anonymous && name != command_line &&
           name != "herald" && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
           });
}

std::expected<WorkspaceId, WorkspaceFault> workspace_of(const ApiKey& key, std::optional<std::string_view> named,
                                                        std::span<const WorkspaceId> configured) {
    if (!named && key.workspaces.size() != 1) return std::unexpected(WorkspaceFault::unnamed);
    WorkspaceId id{std::string(named ? *named : key.workspaces.front().value)};
    if (std::ranges::find(key.workspaces, id) == key.workspaces.end())
        return std::unexpected(WorkspaceFault::forbidden);
    if (std::ranges::find(configured, id) == configured.end()) return std::unexpected(WorkspaceFault::unknown);
    return id;
}

}  // namespace herald
