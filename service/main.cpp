// herald: the command line.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "adapters/system/clock.hpp"
#include "service/audit_command.hpp"
#include "service/compose.hpp"
#include "service/config.hpp"
#include "service/embedded.hpp"
#include "service/keys_command.hpp"

namespace {

using herald::service::Config;

constexpr int usage_error = 2;

constexpr std::string_view usage =
    R"(herald sends campaigns through Intercom: to everybody once, at the pace Intercom allows,
and can say afterwards what happened to whom.

usage:
  herald serve                  run the service
  herald serve --check-config   read the configuration, name every mistake, and stop
  herald audit verify [DATA_DIR]
                                check the audit chain of every workspace, also while the service runs: 0 when all
                                hold, 1 when one is broken, 2 when that cannot be said
  herald keys create --name NAME --scopes SCOPE,… [--workspaces WORKSPACE,…] [--requests-per-minute N]
                      [--delivery-policy at_least_once|at_most_once] [--config]
                                make an API key: it goes to stdout, this once; the database keeps its hash, and the
                                service takes it within a second. With --config nothing is stored, and the second
                                line is the entry for HERALD_KEYS
  herald keys list              the keys with their ids
  herald keys revoke KEY_ID     end a key of the database
  herald --version
  herald --help

The service is configured by its environment. When it is ready it writes one JSON line with its address to
stdout; logs are JSON lines on stderr. SIGTERM drains: what is in flight gets its answer, the rest waits for
the next start. A second signal stops at once.

Several Intercom workspaces stand in the file under `workspaces`, by name, with the keys that begin with
`intercom.` below (workspaces.acme-eu.region, …), and each with its token in a variable of its own
(INTERCOM_ACCESS_TOKEN_ACME_EU). What stands under `intercom` is then the default of all.

Without an API key the service listens on this machine only and asks for none. From the first one on every call
under /v1 needs one.

settings:
)";

std::optional<std::string> from_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
    if (value == nullptr) return {};
    return value;
}

// Every connection is a descriptor, and the usual soft limit is 1,024.
void allow_many_descriptors() {
    constexpr rlim_t enough = 65'536;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= enough) return;
    limit.rlim_cur = std::min(limit.rlim_max, enough);
    setrlimit(RLIMIT_NOFILE, &limit);  // if not, accepting waits for a free one
}

int serve(const Config& config) {
    allow_many_descriptors();
    herald::service::Process process(config, std::string(herald::service::openapi_text));
    const auto address = process.address();
    const boost::json::object ready{{"event", "listening"},
                                    {"address", address},
                                    {"port", std::stoi(address.substr(address.rfind(':') + 1))},
                                    {"url", (config.tls.given() ? "https://" : "http://") + address}};
    std::cout << boost::json::serialize(ready) << std::endl;  // NOLINT(performance-avoid-endl): read by a pipe
    return process.run();
}

std::optional<std::string> certificate_mistake(const Config& config) {
    if (!config.tls.given()) return {};
    boost::asio::io_context loop;
    const auto loaded =
        herald::service::load_server_tls(config.tls, herald::SystemClock(loop.get_executor()).wall_now());
    if (loaded) return {};
    return "tls: " + loaded.error();
}

// The chains of the given directory, or of the configured one.
int verify_audit(const std::string* data_directory) {
    try {
        if (data_directory != nullptr) return herald::service::verify_audit(*data_directory);
        const auto [config, mistakes] = herald::service::load_config(from_environment);
        for (const auto& mistake : mistakes) fmt::print(stderr, "herald: configuration: {}\n", mistake);
        return mistakes.empty() ? herald::service::verify_audit(config.data_dir) : usage_error;
    } catch (const std::exception& error) {
        fmt::print(stderr, "herald: {}\n", error.what());
        return usage_error;
    }
}

int keys(const std::vector<std::string>& arguments) {
    try {
        const auto [config, mistakes] = herald::service::load_config(from_environment);
        for (const auto& mistake : mistakes) fmt::print(stderr, "herald: configuration: {}\n", mistake);
        if (!mistakes.empty()) return usage_error;
        return herald::service::keys_command(std::span(arguments).subspan(1), config);
    } catch (const std::exception& error) {
        fmt::print(stderr, "herald: {}\n", error.what());
        return usage_error;
    }
}

int run(const std::vector<std::string>& arguments) {
    const std::string command = arguments.empty() ? "--help" : arguments[0];
    const std::string option = arguments.size() > 1 ? arguments[1] : "";
    if (command == "--help" || command == "-h" || command == "help") {
        fmt::print("{}{}", usage, herald::service::describe_settings());
        return EXIT_SUCCESS;
    }
    if (command == "--version") {
        fmt::print("herald {}\n", herald::service::version);
        return EXIT_SUCCESS;
    }
    if (command == "audit" && option == "verify" && arguments.size() <= 3)
        return verify_audit(arguments.size() == 3 ? &arguments[2] : nullptr);
    if (command == "keys") return keys(arguments);
    const bool check = option == "--check-config";
    if (command != "serve" || (!option.empty() && !check) || arguments.size() > 2) {
        fmt::print(stderr, "herald: cannot do '{}'; see herald --help\n", fmt::join(arguments, " "));
        return usage_error;
    }
    auto [config, mistakes] = herald::service::load_config(from_environment);
    if (auto refused = herald::service::refuse_to_listen(config)) mistakes.push_back(*std::move(refused));
    if (auto mistake = certificate_mistake(config)) mistakes.push_back(*std::move(mistake));
    for (const auto& mistake : mistakes) fmt::print(stderr, "herald: configuration: {}\n", mistake);
    if (!mistakes.empty()) return usage_error;
    return check ? EXIT_SUCCESS : serve(config);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
    } catch (const std::exception& error) {
        fmt::print(stderr, "herald: {}\n", error.what());
        return EXIT_FAILURE;
    }
}
