#include "domain/access/key_scope.hpp"

namespace herald {

std::string_view name(KeyScope scope) {
    switch (scope) {
        case KeyScope::campaigns_read:
            return "campaigns:read";
        case KeyScope::campaigns_write:
            return "campaigns:write";
        case KeyScope::messages_send:
            return "messages:send";
        case KeyScope::contacts_read:
            return "contacts:read";
        case KeyScope::contacts_write:
            return "contacts:write";
        case KeyScope::automations_read:
            return "automations:read";
        case KeyScope::automations_write:
            return "automations:write";
        case KeyScope::audit_read:
            return "audit:read";
        case KeyScope::admin:
            return "admin";
    }
    return "";
}

std::optional<KeyScope> scope_named(std::string_view text) {
    for (const auto scope : all_scopes)
        if (name(scope) == text) return scope;
    return {};
}

std::string KeyScopes::text(std::string_view separator) const {
    std::string out;
    for (const auto scope : all_scopes) {
        if ((bits_ & bit(scope)) == 0) continue;
        if (!out.empty()) out += separator;
        out += name(scope);
    }
    return out;
}

}  // namespace herald
