#include "service/config.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include "adapters/http/endpoint.hpp"
#include "service/key_entry.hpp"
#include "service/webhook_settings.hpp"

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
    if (host == "localhost") host = "127.0.0.1";
    boost::system::error_code no_address;
    boost::asio::ip::make_address(std::string(host), no_address);
    if (no_address) return "must be ADDRESS:PORT with the address in digits, for example 0.0.0.0:8080 or [::1]:8080";
    config.listen_host = host;
    config.listen_port = *port;
    return {};
}

Mistake set_keys(Config& config, std::string_view text) {
    std::vector<std::string> mistakes;
    config.keys = read_keys(std::string(text), mistakes);
    if (mistakes.empty()) return {};
    return fmt::format("{}", fmt::join(mistakes, "; "));
}

Mistake set_region(WorkspaceConfig& workspace, std::string_view text) {
    static const std::map<std::string_view, std::string_view> hosts{
        {"us", "https://api.intercom.io"}, {"eu", "https://api.eu.intercom.io"}, {"au", "https://api.au.intercom.io"}};
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto host = hosts.find(lower);
    if (host == hosts.end()) return "must be us, eu or au";
    workspace.intercom_url = host->second;
    return {};
}

Mistake set_base_url(WorkspaceConfig& workspace, std::string_view text) {
    const auto endpoint = http::parse_endpoint(text);
    if (!endpoint) return endpoint.error().detail;
    workspace.intercom_url = text;
    return {};
}

Mistake set_token(WorkspaceConfig& workspace, std::string_view text) {
    if (std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c > '~'; }))
        return "must not hold spaces or control characters";
    workspace.token = Secret(std::string(text));
    return {};
}

Mistake set_sender(WorkspaceConfig& workspace, std::string_view text) {
    std::int64_t id{};
    if (auto mistake = set_number<std::int64_t>(id, text, 1, INT64_MAX)) return "must be the numeric id of an admin";
    workspace.sender_admin_id = id;
    return {};
}

Mistake set_breaker_mode(Config& config, std::string_view text) {
    if (text != "scaled" && text != "seed") return "must be scaled or seed";
    config.breaker_scaled = text == "scaled";
    return {};
}

template <class Target>
struct Setting {
    const char* variable;  // of the environment
    const char* key;       // in the file; empty: environment only
    const char* standard;  // the default, as shown
    const char* meaning;
    Mistake (*set)(Target&, std::string_view);
};

// Of one workspace: the only one, or, as a default, each of those that the file names. The order matters where two
// settings touch the same value: the later one wins.
constexpr Setting<WorkspaceConfig> workspace_settings[] = {
    {"INTERCOM_ACCESS_TOKEN", "", "none", "access token of the workspace; without one nothing is sent", set_token},
    {"INTERCOM_REGION", "region", "us", "us, eu or au: where the workspace lives", set_region},
    {"INTERCOM_BASE_URL", "base_url", "of the region", "another host; http:// for loopback only", set_base_url},
    {"INTERCOM_CA_FILE", "ca_file", "the system's", "PEM file of the certificate authorities to trust",
     [](WorkspaceConfig& w, std::string_view v) -> Mistake {
         if (!std::ifstream(std::string(v))) return "cannot be read";
         w.ca_file = v;
         return {};
     }},
    {"INTERCOM_APP_ID", "app_id", "not checked",
     "Intercom's id of the workspace; nothing is sent with a token that belongs to another",
     [](WorkspaceConfig& w, std::string_view v) -> Mistake {
         w.app_id = v;
         return {};
     }},
    {"INTERCOM_SENDER_ADMIN_ID", "sender_admin_id", "none", "admin that messages without a sender are from",
     set_sender},
    {"HERALD_LIMITER_LIMIT_PER_WINDOW", "limit_per_window", "1667",
     "most calls in Intercom's window of 10 s; what Intercom announces may only lower it",
     [](WorkspaceConfig& w, std::string_view v) { return set_number(w.limit_per_window, v, 1, 100'000'000); }},
};

constexpr Setting<Config> settings[] = {
    {"HERALD_LISTEN", "listen", "127.0.0.1:8080",
     "address and port of the API; beyond this machine only with an API key; port 0 takes a free one", set_listen},
    {"HERALD_TLS_CERTIFICATE", "tls.certificate", "none",
     "PEM file of the certificate, and those up to its root, with which the API is served over https only",
     [](Config& c, std::string_view v) -> Mistake {
         c.tls.certificate = v;
         return {};
     }},
    {"HERALD_TLS_KEY", "tls.key", "none",
     "PEM file of its private key; a renewed pair is taken within a minute, and at SIGHUP",
     [](Config& c, std::string_view v) -> Mistake {
         c.tls.key = v;
         return {};
     }},
    {"HERALD_DATA_DIR", "data_dir", "./data", "folder of the database; created when absent",
     [](Config& c, std::string_view v) -> Mistake {
         if (v.empty()) return "must not be empty";
         c.data_dir = v;
         return {};
     }},
    {"HERALD_KEYS", "keys", "none",
     "API keys: a list with name, sha256, scopes, workspaces and requests_per_minute of each", set_keys},
    {"HERALD_QUOTA_REQUESTS_PER_MINUTE", "quota.requests_per_minute", "3000",
     "requests that a key may make in a minute; two seconds' worth at once",
     [](Config& c, std::string_view v) {
         return set_number(c.requests_per_minute, v, std::int64_t{1}, most_requests_per_minute);
     }},
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
    {"HERALD_SCHEDULE_MISFIRE_GRACE", "schedule.misfire_grace", "15m",
     "a scheduled campaign that could not start in time starts up to this late; later it is paused instead, and the "
     "firing of an automation is missed",
     [](Config& c, std::string_view v) { return set_duration(c.misfire_grace, v, seconds(1), seconds(86'400)); }},
    {"HERALD_AUTOMATION_CONFIRM_ABOVE", "automation.confirm_above", "1000",
     "people that the schedule of an automation may reach at once; more of them wait until somebody confirms",
     [](Config& c, std::string_view v) {
         return set_number<std::int64_t>(c.automation_confirm_above, v, 1, 10'000'000);
     }},
    {"HERALD_WEBHOOK_SECRETS", "", "none",
     "secret that signs webhooks, whsec_ and base64 of 24 to 64 bytes, or two while it is changed; without one none is "
     "signed",
     set_webhook_secrets},
    {"HERALD_WEBHOOK_ALLOW", "webhook.allow", "every public host",
     "the only hosts that may be called: a list of example.com or *.example.com, each with :PORT or without",
     set_webhook_allow},
    {"HERALD_WEBHOOK_INSECURE", "webhook.insecure", "none",
     "a list of HOST:PORT that may be called although they are private or loopback, and by http:// too",
     set_webhook_insecure},
    {"HERALD_DRAIN_READINESS_DELAY", "drain.readiness_delay", "5s",
     "after SIGTERM: how long /readyz says no before connections are closed",
     [](Config& c, std::string_view v) { return set_duration(c.drain_readiness_delay, v, seconds(0), seconds(60)); }},
    {"HERALD_DRAIN_INFLIGHT", "drain.inflight", "30s", "how long messages in flight may take to get their answer",
     [](Config& c, std::string_view v) { return set_duration(c.drain_inflight, v, seconds(0), seconds(120)); }},
};

// The hosts in one text, as a variable has them. Nullopt: it is no list of single values.
std::optional<std::string> joined(const YAML::Node& list) {
    std::vector<std::string> out;
    for (const auto& entry : list) {
        if (!entry.IsScalar()) return {};
        out.push_back(entry.as<std::string>());
    }
    return fmt::format("{}", fmt::join(out, ","));
}

bool is_list_of_hosts(std::string_view path) {
    return path == "webhook.allow" || path == "webhook.insecure";
}

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
    } else if (node.IsSequence() && path == "keys") {
        out[path] = YAML::Dump(node);  // read as it is read from the environment
    } else if (const auto hosts = joined(node); node.IsSequence() && is_list_of_hosts(path) && hosts) {
        out[path] = *hosts;
    } else if (!node.IsNull()) {
        mistakes.push_back(path + ": must be a single value");
    }
}

// Applies every setting that has a value under its key, and takes that value out of `values`.
template <class Target>
void apply_file(std::span<const Setting<Target>> table, Target& target, const std::string& prefix,
                std::map<std::string, std::string>& values, const std::string& path,
                std::vector<std::string>& mistakes) {
    for (const auto& setting : table) {
        const auto key = prefix + setting.key;
        const auto found = values.find(key);
        if (*setting.key == '\0' || found == values.end()) continue;
        if (auto mistake = setting.set(target, found->second))
            mistakes.push_back(fmt::format("{}: {}: {}", path, key, *mistake));
        values.erase(found);
    }
}

template <class Target>
void apply_environment(std::span<const Setting<Target>> table, Target& target, const Environment& environment,
                       std::vector<std::string>& mistakes) {
    for (const auto& setting : table) {
        const auto value = environment(setting.variable);
        if (!value || value->empty()) continue;
        if (auto mistake = setting.set(target, *value))
            mistakes.push_back(fmt::format("{}: {}", setting.variable, *mistake));
    }
}

constexpr std::size_t most_workspaces = 64;
constexpr std::size_t longest_workspace_name = 64;

bool is_workspace_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_workspace_name && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

// INTERCOM_ACCESS_TOKEN_ACME_EU for the workspace acme-eu.
std::string token_variable(std::string_view workspace) {
    std::string out = "INTERCOM_ACCESS_TOKEN_";
    for (const char c : workspace) out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return out;
}

class Loader {
 public:
    explicit Loader(const Environment& environment) : environment_(environment) {}

    ConfigResult load() {
        if (const auto path = environment_("HERALD_CONFIG"); path && !path->empty()) read(*path);
        auto& one = result_.config.workspaces.front();
        apply_file<Config>(settings, result_.config, "", values_, path_, mistakes());
        apply_file<WorkspaceConfig>(workspace_settings, one, "intercom.", values_, path_, mistakes());
        apply_environment<Config>(settings, result_.config, environment_, mistakes());
        apply_environment<WorkspaceConfig>(workspace_settings, one, environment_, mistakes());
        if (!names_.empty()) load_workspaces();
        bind_keys();
        for (const auto& [key, value] : values_) mistakes().push_back(fmt::format("{}: unknown key '{}'", path_, key));
        return std::move(result_);
    }

 private:
    std::vector<std::string>& mistakes() { return result_.mistakes; }

    void read(const std::string& path) {
        path_ = path;
        std::ifstream file(path);
        if (!file) {
            mistakes().push_back("HERALD_CONFIG: cannot read " + path);
            return;
        }
        try {
            const auto root = YAML::Load(file);
            flatten(root, "", values_, mistakes());
            if (!root.IsMap() || !root["workspaces"] || !root["workspaces"].IsMap()) return;
            for (const auto& entry : root["workspaces"]) names_.push_back(entry.first.as<std::string>());
        } catch (const YAML::Exception& error) {
            mistakes().push_back(fmt::format("{}: {}", path, error.what()));
        }
    }

    // What is said for all stays the default of each, but a token and a sender belong to one.
    void load_workspaces() {
        const auto defaults = std::exchange(result_.config.workspaces, {}).front();
        if (!defaults.token.empty())
            mistakes().push_back("INTERCOM_ACCESS_TOKEN: with several workspaces each has its own, such as " +
                                 token_variable(names_.front()));
        if (defaults.sender_admin_id || !defaults.app_id.empty())
            mistakes().push_back(
                "INTERCOM_SENDER_ADMIN_ID and INTERCOM_APP_ID: with several workspaces they stand with each");
        if (names_.size() > most_workspaces)
            mistakes().push_back(fmt::format("{}: workspaces: at most {}", path_, most_workspaces));
        for (const auto& name : names_) load_workspace(name, defaults);
        expect_differing_tokens();
    }

    void load_workspace(const std::string& name, const WorkspaceConfig& defaults) {
        if (!is_workspace_name(name))
            mistakes().push_back(fmt::format("{}: workspaces: '{}' is no name: 1 to {} of a-z, 0-9, - and _", path_,
                                             name, longest_workspace_name));
        auto workspace = defaults;
        workspace.name = name;
        apply_file<WorkspaceConfig>(workspace_settings, workspace, fmt::format("workspaces.{}.", name), values_, path_,
                                    mistakes());
        const auto variable = token_variable(name);
        if (const auto token = environment_(variable); token && !token->empty())
            if (auto mistake = set_token(workspace, *token)) mistakes().push_back(variable + ": " + *mistake);
        result_.config.workspaces.push_back(std::move(workspace));
    }

    // One token is one limit at Intercom: two limiters for it would exceed it together.
    void expect_differing_tokens() {
        std::map<std::string, std::string> seen;
        for (const auto& workspace : result_.config.workspaces) {
            if (workspace.token.empty()) continue;
            const auto [other, fresh] = seen.emplace(workspace.token.reveal(), workspace.name);
            if (!fresh)
                mistakes().push_back(fmt::format("{}: the token is that of the workspace {} too",
                                                 token_variable(workspace.name), other->second));
        }
    }

    void bind_keys() {
        std::vector<std::string> configured;
        for (const auto& workspace : result_.config.workspaces) configured.push_back(workspace.name);
        for (auto& key : result_.config.keys) {
            std::vector<std::string> wrong;
            bind_key(key, configured, wrong);
            for (const auto& why : wrong) mistakes().push_back(fmt::format("keys: {}: {}", key.name, why));
        }
    }

    const Environment& environment_;
    ConfigResult result_;
    std::string path_;
    std::map<std::string, std::string> values_;  // of the file, by path
    std::vector<std::string> names_;             // of its workspaces
};

template <class Target>
std::string describe(std::span<const Setting<Target>> table, std::string_view prefix) {
    std::string out;
    for (const auto& setting : table)
        out += fmt::format("  {}{}\n      {}. Default: {}.\n", setting.variable,
                           *setting.key == '\0' ? std::string() : fmt::format("   (key: {}{})", prefix, setting.key),
                           setting.meaning, setting.standard);
    return out;
}

}  // namespace

ConfigResult load_config(const Environment& environment) {
    return Loader(environment).load();
}

bool listens_elsewhere(const Config& config) {
    boost::system::error_code ignored;
    return !boost::asio::ip::make_address(config.listen_host, ignored).is_loopback();
}

std::string describe_settings() {
    return "  HERALD_CONFIG\n      YAML file with the keys below; the environment wins over it. Default: none.\n" +
           describe<Config>(settings, "") + describe<WorkspaceConfig>(workspace_settings, "intercom.");
}

}  // namespace herald::service
