#include "api/negotiation.hpp"

#include <algorithm>
#include <charconv>
#include <ranges>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace herald::api {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// At least one.
std::vector<std::string_view> parts(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    for (const auto part : std::views::split(text, separator))
        out.push_back(trimmed(std::string_view(part.begin(), part.end())));
    if (out.empty()) out.emplace_back();  // of an empty text views::split makes nothing at all
    return out;
}

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

// 2 exact, 1 its type, 0 anything; -1 does not match.
int precision(std::string_view range, std::string_view media_type) {
    if (range == media_type) return 2;
    if (range == "*/*") return 0;
    return range.ends_with("/*") && media_type.starts_with(range.substr(0, range.size() - 1)) ? 1 : -1;
}

bool refused(std::string_view weight) {  // q=0, q=0.0 …
    return weight.starts_with("q=") && weight.find_first_not_of("0.", 2) == std::string_view::npos;
}

// Of "gzip;q=0.5": 500. What is no weight is 0.
int weight_of(std::span<const std::string_view> parameters) {
    for (const auto parameter : parameters) {
        if (!parameter.starts_with("q=")) continue;
        const auto text = parameter.substr(2);
        double value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool good = error == std::errc{} && end == text.data() + text.size() && value >= 0 && value <= 1;
        return good ? static_cast<int>(value * 1'000) : 0;
    }
    return 1'000;
}

Problem wrong_type(std::string detail) {
    return {.status = 415, .code = "unsupported_media_type", .detail = std::move(detail)};
}

std::optional<Problem> check_encoding(const Headers& headers) {
    const auto encoding = headers.get("Content-Encoding");
    if (encoding && lowered(trimmed(*encoding)) != "identity") return wrong_type("compressed bodies are not taken");
    return {};
}

}  // namespace

std::string gzip_etag(std::string_view etag) {
    return std::string(etag.substr(0, etag.size() - 1)) + "-gzip\"";
}

std::string plain_etag(std::string_view etag) {
    constexpr std::string_view ending = "-gzip\"";
    if (!etag.ends_with(ending)) return std::string(etag);
    return std::string(etag.substr(0, etag.size() - ending.size())) + '"';
}

bool accepts(const Headers& headers, std::string_view media_type) {
    const auto accept = headers.get("Accept");
    if (!accept || trimmed(*accept).empty()) return true;
    int best = -1;
    bool wanted = false;
    const auto lower = lowered(*accept);
    for (const auto element : parts(lower, ',')) {
        const auto fields = parts(element, ';');
        if (fields.front() == "application/problem+json") return true;
        const int match = precision(fields.front(), media_type);
        if (match <= best) continue;
        best = match;
        wanted = std::none_of(fields.begin() + 1, fields.end(), refused);
    }
    return wanted;
}

Problem not_acceptable(std::string_view media_type) {
    return {.status = 406, .code = "not_acceptable", .detail = fmt::format("the answer is {}", media_type)};
}

std::optional<Problem> check_json_body(const Request& request) {
    const auto type = request.headers.get("Content-Type");
    if (!type) return wrong_type("a body needs Content-Type: application/json");
    const auto lower = lowered(*type);
    const auto media_type = parts(lower, ';').front();
    if (request.method == "PATCH" && media_type == "application/merge-patch+json")
        return check_encoding(request.headers);
    if (media_type != "application/json") return wrong_type("the body must be application/json");
    return check_encoding(request.headers);
}

std::expected<std::string_view, Problem> upload_type(const Headers& headers, std::span<const std::string_view> taken) {
    const auto lower = lowered(headers.get("Content-Type").value_or(""));
    const auto fields = parts(lower, ';');
    const auto found = std::ranges::find(taken, fields.front());
    if (found == taken.end())
        return std::unexpected(wrong_type(fmt::format("the body must be {}", fmt::join(taken, " or "))));
    for (const auto field : fields | std::views::drop(1))
        if (field.starts_with("charset=") && field != "charset=utf-8" && field != "charset=\"utf-8\"")
            return std::unexpected(wrong_type("the body must be in UTF-8"));
    if (auto compressed = check_encoding(headers)) return std::unexpected(*std::move(compressed));
    return *found;
}

int coding_weight(std::string_view field, std::string_view coding) {
    const auto lower = lowered(field);
    int out = 0;
    for (const auto element : parts(lower, ',')) {
        const auto fields = parts(element, ';');
        if (fields.front() == coding) return weight_of(std::span(fields).subspan(1));
        if (fields.front() == "*") out = weight_of(std::span(fields).subspan(1));
    }
    return out;
}

bool none_match_names(const Headers& headers, std::string_view etag) {
    const auto field = headers.get("If-None-Match");
    if (!field) return false;
    return std::ranges::any_of(parts(*field, ','), [etag](std::string_view candidate) {
        if (candidate.starts_with("W/")) candidate.remove_prefix(2);
        return candidate == "*" || plain_etag(candidate) == etag;
    });
}

bool match_allows(const Headers& headers, std::string_view etag) {
    const auto field = headers.get("If-Match");
    if (!field) return true;
    return std::ranges::any_of(parts(*field, ','), [etag](std::string_view candidate) {
        return candidate == "*" || plain_etag(candidate) == etag;
    });
}

}  // namespace herald::api
