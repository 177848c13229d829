#include "api/key_ring.hpp"

#include <cstring>
#include <new>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace herald::api {
namespace {

std::uint64_t beginning(const KeyHash& hash) {
    std::uint64_t out = 0;
    std::memcpy(&out, hash.data(), sizeof out);
    return out;
}

}  // namespace

KeyHash hash_of_key(std::string_view key) {
    KeyHash out{};
    // Fails only for lack of memory.
    if (EVP_Digest(key.data(), key.size(), out.data(), nullptr, EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
    return out;
}

KeyRing::KeyRing(std::vector<ApiKey> configured, bool required) : required_(required || !configured.empty()) {
    for (const auto& key : configured) add(configured_, key);
}

void KeyRing::take_stored(const StoredKeys& stored) {
    stored_.clear();
    for (const auto& key : stored.live) add(stored_, key);
    required_ |= stored.ever();
}

std::shared_ptr<const ApiKey> KeyRing::find(std::string_view text) const {
    return find(hash_of_key(text));
}

void KeyRing::add(Keys& keys, const ApiKey& key) {
    keys.emplace(beginning(key.hash), std::make_shared<const ApiKey>(key));
}

std::shared_ptr<const ApiKey> KeyRing::find(const KeyHash& hash) const {
    for (const auto* keys : {&configured_, &stored_}) {
        const auto [first, last] = keys->equal_range(beginning(hash));
        for (auto it = first; it != last; ++it)
            if (CRYPTO_memcmp(it->second->hash.data(), hash.data(), hash.size()) == 0) return it->second;
    }
    return nullptr;
}

}  // namespace herald::api
