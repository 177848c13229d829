#include "adapters/webhook/signature.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <new>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace herald::webhook {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t shortest = 24;
constexpr std::size_t longest = 64;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(std::string_view plain) {
    std::string out(4 * ((plain.size() + 2) / 3) + 1, '\0');  // and a terminating zero
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes(plain), static_cast<int>(plain.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

// Only what base64() would have written: OpenSSL itself overlooks much.
std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return {};
    std::string out(3 * text.size() / 4, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes(text), static_cast<int>(text.size()));
    if (size < 0) return {};
    const std::size_t padding = text.size() - (text.find_last_not_of('=') + 1);
    if (padding > 2) return {};
    out.resize(out.size() - padding);
    if (base64(out) != text) return {};
    return out;
}

}  // namespace

std::optional<SigningKey> SigningKey::parse(std::string_view secret) {
    constexpr std::size_t longest_text = 4 * ((longest + 2) / 3);
    if (!secret.starts_with(prefix) || secret.size() > prefix.size() + longest_text) return {};
    auto key = from_base64(secret.substr(prefix.size()));
    if (!key || key->size() < shortest || key->size() > longest) return {};
    return SigningKey(*std::move(key));
}

std::string SigningKey::sign(std::string_view text) const {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    // Fails only for lack of memory.
    if (HMAC(EVP_sha256(), bytes_.data(), static_cast<int>(bytes_.size()), bytes(text), text.size(), digest.data(),
             &size) == nullptr)
        throw std::bad_alloc();
    return base64({reinterpret_cast<const char*>(digest.data()), size});
}

std::string timestamp_of(WallTime at) {
    return std::to_string(std::chrono::floor<seconds>(at).time_since_epoch().count());
}

std::string signatures(const std::vector<SigningKey>& keys, std::string_view id, std::string_view timestamp,
                       std::string_view body) {
    const auto text = fmt::format("{}.{}.{}", id, timestamp, body);
    std::string out;
    for (const auto& key : keys) out += fmt::format("{}v1,{}", out.empty() ? "" : " ", key.sign(text));
    return out;
}

}  // namespace herald::webhook
