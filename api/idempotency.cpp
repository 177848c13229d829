#include "api/idempotency.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

namespace herald::api {
namespace {

constexpr std::size_t longest_key = 255;

// Takes the text up to the next line break.
std::optional<std::string_view> take_line(std::string_view& text) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

}  // namespace

std::expected<std::string, Problem> idempotency_key(const Call& call) {
    const auto key = call.request.headers.get("Idempotency-Key");
    if (!key) return std::string();
    const bool printable = std::ranges::all_of(*key, [](char c) { return c >= ' ' && c < '\x7f'; });
    if (key->empty() || key->size() > longest_key || !printable)
        return std::unexpected(
            Problem{.status = 400,
                    .code = "invalid_idempotency_key",
                    .detail = fmt::format("an Idempotency-Key has 1 to {} printable ASCII characters", longest_key)});
    // No name and no key has a line break; without API keys it is the caller's own.
    return call.actor == anonymous ? std::string(*key) : fmt::format("{}\n{}", call.actor, *key);
}

std::string to_stored(const Response& response) {
    auto out = fmt::format("{}\n", response.status);
    for (const auto& [field, value] : response.headers) out += fmt::format("{}: {}\n", field, value);
    out += '\n';
    out += response.body;
    return out;
}

std::optional<Response> from_stored(std::string_view stored) {
    Response response;
    const auto status = take_line(stored);
    if (!status || std::from_chars(status->begin(), status->end(), response.status).ptr != status->end()) return {};
    for (auto line = take_line(stored);; line = take_line(stored)) {
        if (!line) return {};
        if (line->empty()) break;
        const auto colon = line->find(": ");
        if (colon == std::string_view::npos) return {};
        response.headers.emplace_back(line->substr(0, colon), line->substr(colon + 2));
    }
    response.body = stored;
    return response;
}

Response replayed(std::string_view stored) {
    auto response = from_stored(stored);
    if (!response) throw std::logic_error("a stored answer cannot be read");
    response->headers.set("Idempotent-Replayed", "true");
    return *std::move(response);
}

}  // namespace herald::api
