#include "service/key_options.hpp"

#include <array>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "service/key_entry.hpp"

namespace herald::service {
namespace {

constexpr std::array<std::string_view, 5> with_value{"--name", "--scopes", "--workspaces", "--requests-per-minute",
                                                     "--delivery-policy"};

// Option -> value, of those that were given.
using Given = std::map<std::string_view, std::string_view>;

bool takes_value(std::string_view option) {
    return std::ranges::find(with_value, option) != with_value.end();
}

Given read(std::span<const std::string> arguments, std::vector<std::string>& mistakes) {
    Given given;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view text = arguments[i];
        const auto equals = text.find('=');
        const auto option = text.substr(0, equals);
        std::string_view value;
        if (takes_value(option)) {
            if (equals != std::string_view::npos)
                value = text.substr(equals + 1);
            else if (i + 1 < arguments.size())
                value = arguments[++i];
            if (value.empty()) mistakes.push_back(fmt::format("{} needs a value", option));
        } else if (text != "--config") {
            mistakes.push_back(fmt::format("there is no option '{}'", text));
            continue;
        }
        if (!given.emplace(option, value).second) mistakes.push_back(fmt::format("{} stands twice", option));
    }
    return given;
}

std::optional<std::int64_t> quota(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most_requests_per_minute)
        return {};
    return value;
}

}  // namespace

KeyOptions read_key_options(std::span<const std::string> arguments, const std::vector<std::string>& configured) {
    KeyOptions out;
    const auto given = read(arguments, out.mistakes);
    const auto value = [&](std::string_view option) {
        const auto found = given.find(option);
        return found == given.end() ? std::string_view() : found->second;
    };
    out.for_configuration = given.contains("--config");
    out.key.name = value("--name");
    if (!given.contains("--name"))
        out.mistakes.emplace_back("--name is missing: who will use the key");
    else if (!is_key_name(out.key.name))
        out.mistakes.push_back(fmt::format("--name: '{}' {}", out.key.name, key_name_rule));
    std::vector<std::string> wrong;
    out.key.scopes = read_scopes(listed(value("--scopes")), wrong);
    for (const auto& why : wrong) out.mistakes.push_back("--scopes: " + why);
    wrong.clear();
    for (auto& name : listed(value("--workspaces"))) out.key.workspaces.push_back({std::move(name)});
    if (!out.for_configuration) bind_key(out.key, configured, wrong);
    for (const auto& why : wrong) out.mistakes.push_back("--workspaces: " + why);
    if (given.contains("--requests-per-minute")) {
        out.key.requests_per_minute = quota(value("--requests-per-minute"));
        if (!out.key.requests_per_minute)
            out.mistakes.push_back(
                fmt::format("--requests-per-minute must be a number from 1 to {}", most_requests_per_minute));
    }
    wrong.clear();
    if (given.contains("--delivery-policy"))
        out.key.delivery_policy = read_policy(std::string(value("--delivery-policy")), wrong);
    for (const auto& why : wrong) out.mistakes.push_back("--delivery-policy: " + why);
    return out;
}

}  // namespace herald::service
