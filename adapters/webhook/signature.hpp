#pragma once
// Signatures as Standard Webhooks has them: HMAC-SHA256 of "id.timestamp.body".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/core/time.hpp"

namespace herald::webhook {

// A secret shared with the receivers. Not printable by accident.
class SigningKey {
 public:
    // "whsec_" and base64 of 24 to 64 bytes. Nullopt: it is none.
    static std::optional<SigningKey> parse(std::string_view secret);

    // Base64.
    std::string sign(std::string_view text) const;

 private:
    explicit SigningKey(std::string bytes) : bytes_(std::move(bytes)) {}

    std::string bytes_;
};

// Unix seconds.
std::string timestamp_of(WallTime at);

// The value of `webhook-signature`: one signature for each key, so that a secret can be changed without a gap.
std::string signatures(const std::vector<SigningKey>& keys, std::string_view id, std::string_view timestamp,
                       std::string_view body);

}  // namespace herald::webhook
