#include "adapters/store/sqlite/sha256.hpp"

#include <array>
#include <new>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace herald::sqlite {

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    // Fails only for lack of memory.
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc();
    std::string out;
    out.reserve(2 * digest.size());
    for (const auto byte : digest) fmt::format_to(std::back_inserter(out), "{:02x}", byte);
    return out;
}

}  // namespace herald::sqlite
