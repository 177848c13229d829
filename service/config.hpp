#pragma once
// How the process is configured: defaults, then a YAML file (HERALD_CONFIG), then the environment. One table
// of settings (config.cpp) drives reading, checking and --help; a key exists only when something obeys it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/webhook/url_policy.hpp"
#include "domain/access/admission.hpp"
#include "domain/access/key.hpp"
#include "domain/core/time.hpp"
#include "service/server_tls.hpp"

namespace herald::service {

// A string that cannot be printed or logged by accident.
class Secret {
 public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    const std::string& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }

 private:
    std::string value_;
};

// One Intercom workspace.
struct WorkspaceConfig {
    std::string name{"default"};
    Secret token;  // empty: nothing is sent
    std::string intercom_url{"https://api.intercom.io"};
    std::string ca_file;
    std::string app_id;  // Intercom's id_code of the workspace that the token must belong to; empty: not checked
    std::optional<std::int64_t> sender_admin_id;
    int limit_per_window{1667};
};

struct Config {
    std::string listen_host{"127.0.0.1"};
    std::uint16_t listen_port{8080};
    CertificateFiles tls;  // none given: plain HTTP
    std::string data_dir{"./data"};

    std::vector<ApiKey> keys;                                     // those of the database come to them
    std::int64_t requests_per_minute{usual_requests_per_minute};  // of a key without a quota of its own

    std::vector<WorkspaceConfig> workspaces{{}};  // never empty

    std::vector<Secret> webhook_secrets;  // none: nothing is signed
    webhook::UrlPolicy webhook_policy;

    std::int64_t automation_confirm_above{1'000};  // people that a schedule may reach at once without a person's word

    double limiter_target{0.98};
    bool breaker_scaled{true};
    milliseconds breaker_open{60'000};
    milliseconds contact_fresh{900'000};
    milliseconds contact_visibility_grace{120'000};
    milliseconds misfire_grace{900'000};
    milliseconds drain_readiness_delay{5'000};
    milliseconds drain_inflight{30'000};
};

// Whether anybody but this machine can reach the API: then calls need a key.
bool listens_elsewhere(const Config& config);

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct ConfigResult {
    Config config;
    std::vector<std::string> mistakes;  // each names its key or variable; empty: usable
};

// Reads the file that HERALD_CONFIG names, if any, then the environment. Finds every mistake.
ConfigResult load_config(const Environment& environment);

// The settings with variable, key, default and meaning, for --help.
std::string describe_settings();

}  // namespace herald::service
