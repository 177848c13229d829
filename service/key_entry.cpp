#include "service/key_entry.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

namespace herald::service {
namespace {

constexpr std::size_t most_keys = 1'000;

// A list, or a text with its parts.
std::vector<std::string> names_in(const YAML::Node& node) {
    if (node.IsScalar()) return listed(node.as<std::string>());
    std::vector<std::string> out;
    for (const auto& entry : node)
        if (entry.IsScalar()) out.push_back(entry.as<std::string>());
    return out;
}

std::string known_scopes() {
    std::vector<std::string_view> names;
    for (const auto scope : all_scopes) names.push_back(name(scope));
    return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<std::int64_t> quota(const YAML::Node& node) {
    std::int64_t value = 0;
    if (!node.IsScalar() || !YAML::convert<std::int64_t>::decode(node, value) || value < 1 ||
        value > most_requests_per_minute)
        return {};
    return value;
}

void read_member(ApiKey& key, const std::string& member, const YAML::Node& node, std::vector<std::string>& mistakes) {
    if (member == "name") {
        key.name = node.IsScalar() ? node.as<std::string>() : std::string();
    } else if (member == "sha256") {
        const auto hash = node.IsScalar() ? key_hash(node.as<std::string>()) : std::nullopt;
        if (!hash) mistakes.emplace_back("sha256 must be 64 hexadecimal digits: the hash of the key, never the key");
        key.hash = hash.value_or(KeyHash{});
    } else if (member == "scopes") {
        key.scopes = read_scopes(names_in(node), mistakes);
    } else if (member == "workspaces") {
        for (auto& name : names_in(node)) key.workspaces.push_back({std::move(name)});
    } else if (member == "requests_per_minute") {
        key.requests_per_minute = quota(node);
        if (!key.requests_per_minute)
            mistakes.push_back(
                fmt::format("requests_per_minute must be a number from 1 to {}", most_requests_per_minute));
    } else if (member == "delivery_policy") {
        key.delivery_policy = read_policy(node.IsScalar() ? node.as<std::string>() : std::string(), mistakes);
    } else {
        mistakes.push_back(fmt::format("unknown key '{}'", member));
    }
}

ApiKey read_key(const YAML::Node& node, std::vector<std::string>& mistakes) {
    ApiKey key;
    if (!node.IsMap()) {
        mistakes.emplace_back("must have name, sha256, scopes and workspaces");
        return key;
    }
    for (const auto& entry : node) read_member(key, entry.first.as<std::string>(), entry.second, mistakes);
    for (const auto* needed : {"name", "sha256", "scopes"})
        if (!node[needed]) mistakes.push_back(fmt::format("{} is missing", needed));
    if (node["name"] && !is_key_name(key.name)) mistakes.push_back(fmt::format("'{}' {}", key.name, key_name_rule));
    return key;
}

}  // namespace

std::vector<std::string> listed(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(", "), text.size());
        if (end > 0) out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

KeyScopes read_scopes(const std::vector<std::string>& names, std::vector<std::string>& mistakes) {
    KeyScopes out;
    for (const auto& text : names) {
        const auto scope = scope_named(text);
        if (scope)
            out.add(*scope);
        else
            mistakes.push_back(fmt::format("there is no scope '{}'; there are: {}", text, known_scopes()));
    }
    if (names.empty()) mistakes.push_back(fmt::format("at least one scope is needed, of: {}", known_scopes()));
    return out;
}

std::optional<SendPolicy> read_policy(const std::string& text, std::vector<std::string>& mistakes) {
    const auto policy = send_policy(text);
    if (!policy) mistakes.emplace_back("delivery_policy must be at_least_once or at_most_once");
    return policy;
}

std::vector<ApiKey> read_keys(const std::string& text, std::vector<std::string>& mistakes) {
    std::vector<ApiKey> out;
    try {
        const auto list = YAML::Load(text);
        if (!list.IsSequence()) {
            mistakes.emplace_back("must be a list of keys");
            return out;
        }
        if (list.size() > most_keys) mistakes.push_back(fmt::format("at most {} keys are taken", most_keys));
        for (const auto& node : list) {
            std::vector<std::string> wrong;
            out.push_back(read_key(node, wrong));
            const auto& key = out.back();
            const bool again = std::ranges::count(out, key.hash, &ApiKey::hash) > 1;
            if (wrong.empty() && again) wrong.emplace_back("the hash is that of an earlier key too");
            for (const auto& why : wrong)
                mistakes.push_back(is_key_name(key.name) ? fmt::format("key {} ({}): {}", out.size(), key.name, why)
                                                         : fmt::format("key {}: {}", out.size(), why));
        }
    } catch (const YAML::Exception& error) {
        mistakes.emplace_back(error.what());
    }
    return out;
}

void bind_key(ApiKey& key, const std::vector<std::string>& configured, std::vector<std::string>& mistakes) {
    if (key.workspaces.empty() && configured.size() == 1) key.workspaces.push_back({configured.front()});
    if (key.workspaces.empty())
        mistakes.push_back(fmt::format("at least one workspace is needed, of: {}", fmt::join(configured, ", ")));
    for (const auto& id : key.workspaces)
        if (std::ranges::find(configured, id.value) == configured.end())
            mistakes.push_back(
                fmt::format("there is no workspace '{}'; there are: {}", id.value, fmt::join(configured, ", ")));
}

std::string key_entry(const ApiKey& key) {
    auto out =
        fmt::format(R"({{"name": "{}", "sha256": "{}", "scopes": "{}")", key.name, to_hex(key.hash), key.scopes.text());
    std::vector<std::string_view> workspaces;
    for (const auto& id : key.workspaces) workspaces.push_back(id.value);
    if (!workspaces.empty()) out += fmt::format(R"(, "workspaces": "{}")", fmt::join(workspaces, " "));
    if (key.requests_per_minute) out += fmt::format(R"(, "requests_per_minute": {})", *key.requests_per_minute);
    if (key.delivery_policy) out += fmt::format(R"(, "delivery_policy": "{}")", name(*key.delivery_policy));
    return out + "}";
}

}  // namespace herald::service
