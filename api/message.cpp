#include "api/message.hpp"

#include <algorithm>

namespace herald::api {
namespace {

constexpr std::size_t longest_request_id = 128;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool sane(std::string_view id) {
    return !id.empty() && id.size() <= longest_request_id &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

void Headers::set(std::string_view name, std::string_view value) {
    std::erase_if(fields_, [name](const Header& field) { return same_name(field.name, name); });
    emplace_back(name, value);
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
    for (const auto& field : fields_)
        if (same_name(field.name, name)) return field.value;
    return {};
}

std::string request_id(const Request& request) {
    const auto sent = request.headers.get("X-Request-Id");
    return sent && sane(*sent) ? std::string(*sent) : request.request_id;
}

}  // namespace herald::api
