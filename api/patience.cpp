#include "api/patience.hpp"

#include <algorithm>
#include <charconv>
#include <ranges>

#include <fmt/format.h>

namespace herald::api {
namespace {

constexpr milliseconds longest{60'000};
constexpr std::int64_t most_digits = 9;

std::string_view trimmed(std::string_view text, std::string_view away = " \t") {
    const auto first = text.find_first_not_of(away);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(away) - first + 1);
}

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

// The value of the preference `wait`, if it is there. RFC 7240: token [= value] [; parameters], …
std::optional<std::string_view> wait_preference(std::string_view field) {
    for (const auto part : std::views::split(field, ',')) {
        std::string_view preference(part.begin(), part.end());
        preference = preference.substr(0, preference.find(';'));
        const auto equals = preference.find('=');
        if (!same_name(trimmed(preference.substr(0, equals)), "wait")) continue;
        return equals == std::string_view::npos ? "" : trimmed(preference.substr(equals + 1), " \t\"");
    }
    return {};
}

std::optional<std::int64_t> positive(std::string_view text) {
    std::int64_t value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() > most_digits || error != std::errc{} || end != text.data() + text.size() || value <= 0) return {};
    return value;
}

Problem unreadable(std::string_view header, std::string_view unit) {
    return {.status = 400,
            .code = "malformed_request",
            .detail = fmt::format("{} needs a whole number of {}, 1 or more", header, unit)};
}

}  // namespace

std::expected<Deadline, Problem> deadline_of(const Headers& headers, SteadyTime now, Deadline otherwise) {
    std::optional<milliseconds> patience;
    const auto at_most = [&](milliseconds wait) { patience = std::min({patience.value_or(longest), wait, longest}); };
    if (const auto prefer = headers.get("Prefer")) {
        if (const auto text = wait_preference(*prefer)) {
            const auto wait = positive(*text);
            if (!wait) return std::unexpected(unreadable("Prefer: wait", "seconds"));
            at_most(seconds(*wait));
        }
    }
    if (const auto text = headers.get("X-Request-Timeout-Ms")) {
        const auto wait = positive(trimmed(*text));
        if (!wait) return std::unexpected(unreadable("X-Request-Timeout-Ms", "milliseconds"));
        at_most(milliseconds(*wait));
    }
    return patience ? Deadline{now + *patience, otherwise.trace} : otherwise;
}

}  // namespace herald::api
