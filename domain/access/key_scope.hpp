#pragma once
// What an API key may do.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace herald {

enum class KeyScope : std::uint8_t {
    campaigns_read,
    campaigns_write,
    messages_send,
    contacts_read,
    contacts_write,
    automations_read,
    automations_write,
    audit_read,
    admin,  // every other one
};

inline constexpr std::array all_scopes{
    KeyScope::campaigns_read,    KeyScope::campaigns_write, KeyScope::messages_send,
    KeyScope::contacts_read,     KeyScope::contacts_write,  KeyScope::automations_read,
    KeyScope::automations_write, KeyScope::audit_read,      KeyScope::admin};

std::string_view name(KeyScope scope);  // "campaigns:read", …
std::optional<KeyScope> scope_named(std::string_view name);

// None implies another, but for `admin`: who may write need not be able to read.
class KeyScopes {
 public:
    KeyScopes() = default;
    KeyScopes(std::initializer_list<KeyScope> scopes) {
        for (const auto scope : scopes) add(scope);
    }

    void add(KeyScope scope) { bits_ |= bit(scope); }
    bool empty() const { return bits_ == 0; }
    bool allow(KeyScope needed) const { return (bits_ & (bit(needed) | bit(KeyScope::admin))) != 0; }
    // The names of those that were added, in the order above, with `separator` between them.
    std::string text(std::string_view separator = " ") const;

    friend bool operator==(const KeyScopes&, const KeyScopes&) = default;

 private:
    static constexpr std::uint32_t bit(KeyScope scope) { return 1U << static_cast<std::uint32_t>(scope); }
    std::uint32_t bits_{};
};

}  // namespace herald
