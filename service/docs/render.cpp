// Run by the build: openapi.yaml and the style sheet become a C++ file with the page and the name of its style.

#include <array>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "service/docs/page.hpp"

namespace {

std::string content_of(const char* path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(fmt::format("cannot read {}", path));
    return {std::istreambuf_iterator<char>(file), {}};
}

// As a Content-Security-Policy names it.
std::string hash_of(const std::string& style) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(style.data()), style.size(), digest.data());
    std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> encoded{};
    EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
    return fmt::format("sha256-{}", reinterpret_cast<const char*>(encoded.data()));
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 4) throw std::runtime_error("usage: render_docs OPENAPI STYLE OUT");
        const auto style = content_of(argv[2]);
        std::ofstream out(argv[3]);
        out << fmt::format(
            "#include \"service/embedded.hpp\"\n\nnamespace herald::service {{\n\n"
            "const std::string_view docs_page = R\"==herald==({})==herald==\";\n"
            "const std::string_view docs_style_hash = \"{}\";\n\n}}  // namespace herald::service\n",
            herald::docs::page(content_of(argv[1]), style), hash_of(style));
        return out.flush() ? 0 : 1;
    } catch (const std::exception& error) {
        fmt::print(stderr, "render_docs: {}\n", error.what());
        return 1;
    }
}
