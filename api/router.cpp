#include "api/router.hpp"

#include <algorithm>
#include <ranges>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/json/text.hpp"

namespace herald::api {
namespace {

Problem malformed(std::string_view why) {
    return {.status = 400, .code = "malformed_request", .detail = fmt::format("the request target {}", why)};
}

// The segments that stand for names in braces, or nullopt when the pattern does not match.
std::optional<std::vector<std::string>> capture(std::string_view pattern, const std::vector<std::string>& segments) {
    std::vector<std::string> captured;
    std::size_t at = 0;
    pattern.remove_prefix(1);
    for (const auto part : std::views::split(pattern, '/')) {
        const std::string_view expected(part.begin(), part.end());
        if (at == segments.size()) return {};
        if (expected.starts_with('{') && !segments[at].empty())
            captured.push_back(segments[at]);
        else if (expected != segments[at])
            return {};
        ++at;
    }
    if (at != segments.size()) return {};
    return captured;
}

}  // namespace

OrProblem<Target> parse_target(std::string_view target) {
    auto url = boost::urls::parse_origin_form(target);
    if (!url) url = boost::urls::parse_absolute_uri(target);
    if (url && url->has_scheme() && url->scheme() != "http" && url->scheme() != "https")
        return std::unexpected(malformed("has a scheme that is not http or https"));
    if (!url) return std::unexpected(malformed("is not a path with a query"));
    Target out;
    out.path = url->encoded_path();
    for (const auto& segment : url->segments()) out.segments.push_back(segment);
    for (const auto& parameter : url->params()) out.query.emplace_back(parameter.key, parameter.value);
    const auto utf8 = [](const std::string& text) { return utf8_length(text).has_value(); };
    if (!std::ranges::all_of(out.segments, utf8) ||
        !std::ranges::all_of(out.query, [&](const auto& p) { return utf8(p.first) && utf8(p.second); }))
        return std::unexpected(malformed("is not valid UTF-8"));
    return out;
}

Match match(std::string_view method, const std::vector<std::string>& segments) {
    std::vector<Match> found;
    for (const auto& route : routes())
        if (auto captured = capture(route.path, segments)) found.push_back({&route, *std::move(captured), {}});
    // A path of its own is not taken for a name in braces: `batch` of /v1/events/batch for that of an event.
    if (std::ranges::any_of(found, [](const Match& m) { return m.captured.empty(); }))
        std::erase_if(found, [](const Match& m) { return !m.captured.empty(); });

    Match out;
    std::vector<std::string_view> allowed;
    for (auto& candidate : found) {
        const auto verb = candidate.route->verb;
        allowed.push_back(name(verb));
        if (verb == Verb::get) allowed.emplace_back("HEAD");
        if (name(verb) == (method == "HEAD" ? "GET" : method)) out = std::move(candidate);
    }
    if (!allowed.empty()) {
        allowed.emplace_back("OPTIONS");
        out.allow = fmt::format("{}", fmt::join(allowed, ", "));
    }
    return out;
}

std::string all_methods() {
    std::vector<std::string_view> methods{"GET", "HEAD"};
    for (const auto& route : routes())
        if (std::ranges::find(methods, name(route.verb)) == methods.end()) methods.push_back(name(route.verb));
    return fmt::format("{}, OPTIONS", fmt::join(methods, ", "));
}

std::optional<Problem> check_query(const Route& route, const Target& target) {
    for (auto it = target.query.begin(); it != target.query.end(); ++it) {
        const auto& key = it->first;
        if (std::ranges::find(route.query, key) == route.query.end())
            return parameter_problem(key, FieldCode::unknown_field,
                                     route.query.empty() ? std::string("this operation takes no query parameters")
                                                         : fmt::format("there is no such parameter; there are: {}",
                                                                       fmt::join(route.query, ", ")));
        if (std::any_of(target.query.begin(), it, [&](const auto& earlier) { return earlier.first == key; }))
            return parameter_problem(key, FieldCode::invalid_value, "stands twice");
    }
    return {};
}

}  // namespace herald::api
