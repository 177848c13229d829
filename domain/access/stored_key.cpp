#include "domain/access/stored_key.hpp"

namespace herald {
namespace {

std::string resource(const StoredKey& stored) {
    return "key:" + stored.id.value;
}

}  // namespace

AuditRecord key_created(const StoredKey& stored) {
    AuditRecord record{
        "key_created", resource(stored), {{"name", stored.key.name}, {"scopes", stored.key.scopes.text()}}};
    if (stored.key.requests_per_minute) record.details["requests_per_minute"] = *stored.key.requests_per_minute;
    if (stored.key.delivery_policy) record.details["delivery_policy"] = std::string(name(*stored.key.delivery_policy));
    return record;
}

AuditRecord key_revoked(const StoredKey& stored) {
    return {"key_revoked", resource(stored), {{"name", stored.key.name}}};
}

}  // namespace herald
