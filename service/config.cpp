#include "service/config.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "adapters/http/endpoint.hpp"

namespace herald::service {
namespace {

using Mistake = std::optional<std::string>;

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

std::optional<milliseconds> duration(std::string_view text) {
    static const std::map<std::string_view, std::int64_t> units{
        {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}};
    const auto digits = std::ranges::find_if_not(text, [](char c) { return c >= '0' && c <= '9'; });
    const auto count = number<std::int64_t>({text.begin(), digits});
    const auto unit = units.find({digits, text.end()});
    if (!count || unit == units.end() || *count > 1'000'000) return {};
    return milliseconds(*count * unit->second);
}

Mistake set_duration(milliseconds& into, std::string_view text, milliseconds least, milliseconds most) {
    const auto value = duration(text);
    if (!value || *value < least || *value > most)
        return fmt::format("must be a duration such as 500ms, 30s or 15m, from {}ms to {}s", least.count(),
                           most.count() / 1000);
    into = *value;
    return {};
}

template <class Number>
Mistake set_number(Number& into, std::string_view text, Number least, Number most) {
    const auto value = number<Number>(text);
    if (!value || !(*value >= least && *value <= most))  // not the other way round: NaN
        return fmt::format("must be a number from {} to {}", least, most);
    into = *value;
    return {};
}

Mistake set_listen(Config& config, std::string_view text) {
    const auto colon = text.rfind(':');
    const auto port = colon == std::string_view::npos ? std::nullopt : number<std::uint16_t>(text.substr(colon + 1));
    if (!port || colon == 0) return "must be ADDRESS:PORT, for example 127.0.0.1:8080 (port 0: any free one)";
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host != "localhost" && host != "::1" && !host.starts_with("127."))
        return "must be a loopback address: without API keys nobody else may be let in";
    config.listen_host = host == "localhost" ? "127.0.0.1" : std::string(host);
    config.listen_port = *port;
    return {};
}

Mistake set_region(Config& config, std::string_view text) {
    static const std::map<std::string_view, std::string_view> hosts{
        {"us", "https://api.intercom.io"}, {"eu", "https://api.eu.intercom.io"}, {"au", "https://api.au.intercom.io"}};
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto host = hosts.find(lower);
    if (host == hosts.end()) return "must be us, eu or au";
    config.intercom_url = host->second;
    return {};
}

Mistake set_base_url(Config& config, std::string_view text) {
    const auto endpoint = http::parse_endpoint(text);
    if (!endpoint) return endpoint.error().detail;
    config.intercom_url = text;
    return {};
}

Mistake set_token(Config& config, std::string_view text) {
    if (std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c > '~'; }))
        return "must not hold spaces or control characters";
    config.intercom_token = Secret(std::string(text));
    return {};
}

Mistake set_sender(Config& config, std::string_view text) {
    std::int64_t id{};
    if (auto mistake = set_number<std::int64_t>(id, text, 1, INT64_MAX)) return "must be the numeric id of an admin";
    config.sender_admin_id = id;
    return {};
}

Mistake set_breaker_mode(Config& config, std::string_view text) {
    if (text != "scaled" && text != "seed") return "must be scaled or seed";
    config.breaker_scaled = text == "scaled";
    return {};
}

struct Setting {
    const char* variable;  // of the environment
    const char* key;       // in the file; empty: environment only
    const char* standard;  // the default, as shown
    const char* meaning;
    Mistake (*set)(Config&, std::string_view);
};

// The order matters where two settings touch the same value: the later one wins.
constexpr Setting settings[] = {
    {"HERALD_LISTEN", "listen", "127.0.0.1:8080", "address and port of the API; loopback only; port 0 takes a free one",
     set_listen},
    {"HERALD_DATA_DIR", "data_dir", "./data", "folder of the database; created when absent",
     [](Config& c, std::string_view v) -> Mistake {
         if (v.empty()) return "must not be empty";
         c.data_dir = v;
         return {};
     }},
    {"INTERCOM_ACCESS_TOKEN", "", "none", "access token of the workspace; without one nothing is sent", set_token},
    {"INTERCOM_REGION", "intercom.region", "us", "us, eu or au: where the workspace lives", set_region},
    {"INTERCOM_BASE_URL", "intercom.base_url", "of the region", "another host; http:// for loopback only",
     set_base_url},
    {"INTERCOM_CA_FILE", "intercom.ca_file", "the system's", "PEM file of the certificate authorities to trust",
     [](Config& c, std::string_view v) -> Mistake {
         if (!std::ifstream(std::string(v))) return "cannot be read";
         c.intercom_ca_file = v;
         return {};
     }},
    {"INTERCOM_SENDER_ADMIN_ID", "intercom.sender_admin_id", "none", "admin that campaigns without a sender are from",
     set_sender},
    {"HERALD_LIMITER_LIMIT_PER_WINDOW", "limiter.limit_per_window", "1667",
     "most calls in Intercom's window of 10 s; what Intercom announces may only lower it",
     [](Config& c, std::string_view v) { return set_number(c.limit_per_window, v, 1, 100'000'000); }},
    {"HERALD_LIMITER_TARGET", "limiter.target", "0.98", "share of the limit to use",
     [](Config& c, std::string_view v) { return set_number(c.limiter_target, v, 0.01, 0.99); }},
    {"HERALD_BREAKER_MODE", "breaker.mode", "scaled",
     "scaled: failures in a row that open it grow with traffic; seed: 5", set_breaker_mode},
    {"HERALD_BREAKER_OPEN", "breaker.open", "60s", "how long the circuit stays open before one trial",
     [](Config& c, std::string_view v) { return set_duration(c.breaker_open, v, seconds(1), seconds(300)); }},
    {"HERALD_CONTACT_FRESH", "contact.fresh", "15m", "how long a contact looked up in Intercom is believed",
     [](Config& c, std::string_view v) { return set_duration(c.contact_fresh, v, seconds(0), seconds(86'400)); }},
    {"HERALD_CONTACT_VISIBILITY_GRACE", "contact.visibility_grace", "120s",
     "wait before an email that Intercom's search does not show is looked up again",
     [](Config& c, std::string_view v) {
         return set_duration(c.contact_visibility_grace, v, seconds(0), seconds(3'600));
     }},
    {"HERALD_DRAIN_READINESS_DELAY", "drain.readiness_delay", "5s",
     "after SIGTERM: how long /readyz says no before connections are closed",
     [](Config& c, std::string_view v) { return set_duration(c.drain_readiness_delay, v, seconds(0), seconds(60)); }},
    {"HERALD_DRAIN_INFLIGHT", "drain.inflight", "30s", "how long messages in flight may take to get their answer",
     [](Config& c, std::string_view v) { return set_duration(c.drain_inflight, v, seconds(0), seconds(120)); }},
};

// "a.b" -> text, for every scalar of the document.
void flatten(const YAML::Node& node, const std::string& path, std::map<std::string, std::string>& out,
             std::vector<std::string>& mistakes) {
    if (node.IsMap()) {
        for (const auto& entry : node) {
            const auto key = entry.first.as<std::string>();
            flatten(entry.second, path.empty() ? key : fmt::format("{}.{}", path, key), out, mistakes);
        }
    } else if (node.IsScalar()) {
        out[path] = node.as<std::string>();
    } else if (!node.IsNull()) {
        mistakes.push_back(path + ": must be a single value");
    }
}

void read_file(const std::string& path, ConfigResult& result) {
    std::ifstream file(path);
    if (!file) {
        result.mistakes.push_back("HERALD_CONFIG: cannot read " + path);
        return;
    }
    std::map<std::string, std::string> values;
    try {
        flatten(YAML::Load(file), "", values, result.mistakes);
    } catch (const YAML::Exception& error) {
        result.mistakes.push_back(fmt::format("{}: {}", path, error.what()));
        return;
    }
    for (const auto& setting : settings) {
        const auto found = values.find(setting.key);
        if (*setting.key == '\0' || found == values.end()) continue;
        if (auto mistake = setting.set(result.config, found->second))
            result.mistakes.push_back(fmt::format("{}: {}: {}", path, setting.key, *mistake));
        values.erase(found);
    }
    for (const auto& [key, value] : values) result.mistakes.push_back(fmt::format("{}: unknown key '{}'", path, key));
}

}  // namespace

ConfigResult load_config(const Environment& environment) {
    ConfigResult result;
    if (const auto path = environment("HERALD_CONFIG"); path && !path->empty()) read_file(*path, result);
    for (const auto& setting : settings) {
        const auto value = environment(setting.variable);
        if (!value || value->empty()) continue;
        if (auto mistake = setting.set(result.config, *value))
            result.mistakes.push_back(fmt::format("{}: {}", setting.variable, *mistake));
    }
    return result;
}

std::string describe_settings() {
    std::string out =
        "  HERALD_CONFIG\n      YAML file with the keys below; the environment wins over it. Default: none.\n";
    for (const auto& setting : settings) {
        out += fmt::format("  {}{}\n      {}. Default: {}.\n", setting.variable,
                           *setting.key == '\0' ? std::string() : fmt::format("   (key: {})", setting.key),
                           setting.meaning, setting.standard);
    }
    return out;
}

}  // namespace herald::service
