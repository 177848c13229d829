#include "adapters/http/exchange.hpp"

#include <algorithm>

namespace herald::http {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view Reply::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (std::ranges::equal(key, name, {}, lower, lower)) return value;
    return {};
}

std::string_view name(Phase phase) {
    switch (phase) {
        case Phase::refused:
            return "refused";
        case Phase::resolve:
            return "resolve";
        case Phase::connect:
            return "connect";
        case Phase::tls:
            return "tls";
        case Phase::write:
            return "write";
        case Phase::response:
            return "response";
    }
    return "";
}

}  // namespace herald::http
