#pragma once
// The keys that are taken, found by what a caller presents.

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/access/key.hpp"
#include "domain/ports/key_store.hpp"

namespace herald::api {

// The SHA-256 of the text of a key.
KeyHash hash_of_key(std::string_view key);

class KeyRing {
 public:
    // `required`: calls need a key also while there is none.
    KeyRing(std::vector<ApiKey> configured, bool required);

    // Replaces the stored keys. Once there was one, calls need a key for as long as the ring lives.
    void take_stored(const StoredKeys& stored);

    bool required() const { return required_; }
    // The key with this text; null when there is none.
    std::shared_ptr<const ApiKey> find(std::string_view text) const;
    // Whether a key that was found is still taken.
    bool holds(const ApiKey& key) const { return find(key.hash) != nullptr; }

 private:
    // By the first bytes of the hash, which say nothing of the key; all of it is compared in constant time.
    using Keys = std::unordered_multimap<std::uint64_t, std::shared_ptr<const ApiKey>>;

    static void add(Keys& keys, const ApiKey& key);
    std::shared_ptr<const ApiKey> find(const KeyHash& hash) const;

    Keys configured_;
    Keys stored_;
    bool required_{};
};

}  // namespace herald::api
