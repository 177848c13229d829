#include "api/digest.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <new>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace herald::api {

struct Sha256::Context {
    EVP_MD_CTX* handle = EVP_MD_CTX_new();
    Context() = default;
    ~Context() { EVP_MD_CTX_free(handle); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    // Fails only for lack of memory.
    if (context_->handle == nullptr || EVP_DigestInit_ex(context_->handle, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc();
}

Sha256::~Sha256() = default;

void Sha256::update(const void* data, std::size_t size) {
    EVP_DigestUpdate(context_->handle, data, size);
}

Sha256& Sha256::add(std::string_view piece) {
    const std::uint64_t size = piece.size();
    update(&size, sizeof size);
    update(piece.data(), piece.size());
    return *this;
}

Sha256& Sha256::add_json(const boost::json::value& value) {
    // One letter for the kind; integers are one kind, whatever their sign.
    switch (value.kind()) {
        case boost::json::kind::null:
            return add("n");
        case boost::json::kind::bool_:
            return add(value.get_bool() ? "t" : "f");
        case boost::json::kind::int64:
            return add("i").add(fmt::format_int(value.get_int64()).str());
        case boost::json::kind::uint64:
            return add("i").add(fmt::format_int(value.get_uint64()).str());
        case boost::json::kind::double_:
            return add("d").add(fmt::format("{}", value.get_double()));
        case boost::json::kind::string:
            return add("s").add(std::string_view(value.get_string()));
        case boost::json::kind::array:
            add("[");
            for (const auto& element : value.get_array()) add_json(element);
            return add("]");
        case boost::json::kind::object: {
            std::vector<const boost::json::key_value_pair*> members;
            for (const auto& member : value.get_object()) members.push_back(&member);
            std::ranges::sort(members, {}, [](const auto* member) { return std::string_view(member->key()); });
            add("{");
            for (const auto* member : members) add(std::string_view(member->key())).add_json(member->value());
            return add("}");
        }
    }
    return *this;
}

std::string Sha256::hex() {
    std::array<unsigned char, 32> digest{};
    EVP_DigestFinal_ex(context_->handle, digest.data(), nullptr);
    std::string out;
    for (const auto byte : digest) fmt::format_to(std::back_inserter(out), "{:02x}", byte);
    return out;
}

std::string request_hash(std::string_view method, std::string_view path, const boost::json::value& body) {
    return Sha256().add(method).add(path).add_json(body).hex();
}

}  // namespace herald::api
