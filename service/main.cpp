// herald: the command line.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "service/compose.hpp"
#include "service/config.hpp"
#include "service/embedded.hpp"

namespace {

using herald::service::Config;

constexpr int usage_error = 2;

constexpr std::string_view usage =
    R"(herald sends campaigns through Intercom: to everybody once, at the pace Intercom allows,
and can say afterwards what happened to whom.

usage:
  herald serve                  run the service
  herald serve --check-config   read the configuration, name every mistake, and stop
  herald --version
  herald --help

The service is configured by its environment. When it is ready it writes one JSON line with its address to
stdout; logs are JSON lines on stderr. SIGTERM drains: what is in flight gets its answer, the rest waits for
the next start. A second signal stops at once.

Several Intercom workspaces stand in the file under `workspaces`, by name, with the keys that begin with
`intercom.` below (workspaces.acme-eu.region, …), and each with its token in a variable of its own
(INTERCOM_ACCESS_TOKEN_ACME_EU). What stands under `intercom` is then the default of all.

settings:
)";

std::optional<std::string> from_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
    if (value == nullptr) return {};
    return value;
}

int serve(const Config& config) {
    herald::service::Process process(config, std::string(herald::service::openapi_text));
    const auto address = process.address();
    const boost::json::object ready{{"event", "listening"},
                                    {"address", address},
                                    {"port", std::stoi(address.substr(address.rfind(':') + 1))},
                                    {"url", "http://" + address}};
    std::cout << boost::json::serialize(ready) << std::endl;  // NOLINT(performance-avoid-endl): read by a pipe
    return process.run();
}

int run(std::string_view command, std::string_view option) {
    if (command == "--help" || command == "-h" || command == "help") {
        fmt::print("{}{}", usage, herald::service::describe_settings());
        return EXIT_SUCCESS;
    }
    if (command == "--version") {
        fmt::print("herald {}\n", herald::service::version);
        return EXIT_SUCCESS;
    }
    const bool check = option == "--check-config";
    if (command != "serve" || (!option.empty() && !check)) {
        fmt::print(stderr, "herald: cannot do '{} {}'; see herald --help\n", command, option);
        return usage_error;
    }
    const auto [config, mistakes] = herald::service::load_config(from_environment);
    for (const auto& mistake : mistakes) fmt::print(stderr, "herald: configuration: {}\n", mistake);
    if (!mistakes.empty()) return usage_error;
    return check ? EXIT_SUCCESS : serve(config);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc > 3) {
            fmt::print(stderr, "herald: too many arguments; see herald --help\n");
            return usage_error;
        }
        return run(argc > 1 ? argv[1] : "--help", argc > 2 ? argv[2] : "");
    } catch (const std::exception& error) {
        fmt::print(stderr, "herald: {}\n", error.what());
        return EXIT_FAILURE;
    }
}
