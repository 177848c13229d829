#include "tests/intercom_sim/options.hpp"

#include <charconv>
#include <functional>
#include <map>

#include <fmt/format.h>

namespace sim {

namespace {

constexpr const char* usage =
    R"(intercom-sim: a stand-in for the Intercom REST API, and the referee of who was sent what.

usage: intercom-sim [options]

  --listen HOST:PORT        address to listen on (127.0.0.1:0; port 0 picks a free one)
  --seed N                  create N contacts: external_id client_1..N, email client_K@example.com, role user,
                            name, custom attributes tier (gold, silver, enterprise in turn) and first_name
  --seed-suppressed         spoil some of the seeded contacts; contact K is, by the first rule that fits:
                              K % 50 == 7   unsubscribed from emails      K % 50 == 37  archived
                              K % 50 == 17  hard bounced                  K % 50 == 47  without email
                              K % 50 == 27  marked email as spam          K % 100 == 33 blocked
  --limit L                 calls in each 10 s window and token (1667; 0: no limit, a huge one is reported)
  --latency MIN-MAX         milliseconds added to every answer, half before and half after it takes effect (0)
  --ledger FILE             append every effect as one JSON line, written before the answer goes out
  --request-log FILE        append one JSON line for every request
  --faults FILE             fault script (JSON), see README.md; can be replaced with POST /_sim/faults
  --token TOKEN             the only valid token (default: any but "invalid")
  --admin-id ID             an admin that exists besides 991267816 (394051)
  --random-seed N           seed of faults and latencies (1)
  --idle-timeout SECONDS    close connections idle for this long (0: never)
  --visibility-delay MS     a new contact cannot be messaged for this long (404)
  --search-delay MS         a new or changed contact is searched in its old state for this long
  --page-overlap N          a page of a search begins with the last N contacts of the one before, as it may when
                            contacts change their places while pages are read (0)
  --inapp-name NAME         accepted message_type of in-app messages: both, inapp or in_app (both)
  --unsubscribed-code CODE  error code of the 403 for unsubscribed contacts (unsubscribed)
  --help                    this text

When ready it prints one line, {"listening":"127.0.0.1:PORT","port":PORT}. SIGTERM and SIGINT end it with exit code 0.
Exit code 2: wrong option, fault script or address. Exit code 3: the ledger or the request log cannot be written.
Exit code 4: a bug in the stand-in itself.

Control, from the same machine only, without token, limit or faults:
  GET  /_sim/stats          calls per window, answers per operation and status, messages, duplicates
  POST /_sim/faults         replace the fault script with the body; [] removes all rules
  POST /_sim/limit          {"limit":N}
  POST /_sim/reset-stats    start counting again
)";

using Setter = std::function<bool(Options&, std::string_view)>;

template <class Number>
bool read_number(Number& into, std::string_view text) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc{} && end == text.data() + text.size() && into >= Number{};
}

template <class Number>
Setter number(Number Options::* member) {
    return [member](Options& options, std::string_view text) { return read_number(options.*member, text); };
}

Setter text(std::string Options::* member) {
    return [member](Options& options, std::string_view value) {
        options.*member = value;
        return !value.empty();
    };
}

bool set_listen(Options& options, std::string_view value) {
    const std::size_t colon = value.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    options.host = value.substr(0, colon);
    return read_number(options.port, value.substr(colon + 1));
}

bool set_latency(Options& options, std::string_view value) {
    const std::size_t dash = value.find('-');
    const bool one = dash == std::string_view::npos;
    return read_number(options.latency_min_ms, value.substr(0, dash)) &&
           read_number(options.latency_max_ms, one ? value : value.substr(dash + 1)) &&
           options.latency_min_ms <= options.latency_max_ms;
}

bool set_token(Options& options, std::string_view value) {
    options.token = value;
    return !value.empty();
}

bool set_in_app(Options& options, std::string_view value) {
    options.in_app_names = value;
    return value == "both" || value == "inapp" || value == "in_app";
}

const std::map<std::string_view, Setter>& setters() {
    static const std::map<std::string_view, Setter> all{
        {"--listen", set_listen},
        {"--seed", number(&Options::seed)},
        {"--limit", number(&Options::limit)},
        {"--latency", set_latency},
        {"--ledger", text(&Options::ledger)},
        {"--request-log", text(&Options::request_log)},
        {"--faults", text(&Options::faults)},
        {"--token", set_token},
        {"--admin-id", number(&Options::admin_id)},
        {"--random-seed", number(&Options::random_seed)},
        {"--idle-timeout", number(&Options::idle_timeout_s)},
        {"--visibility-delay", number(&Options::visibility_delay_ms)},
        {"--search-delay", number(&Options::search_delay_ms)},
        {"--page-overlap", number(&Options::page_overlap)},
        {"--inapp-name", set_in_app},
        {"--unsubscribed-code", text(&Options::unsubscribed_code)},
    };
    return all;
}

}  // namespace

std::expected<Options, std::string> parse_options(std::span<const char* const> arguments) {
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view name = arguments[i];
        if (name == "--help" || name == "-h") {
            options.help = true;
            continue;
        }
        if (name == "--seed-suppressed") {
            options.seed_suppressed = true;
            continue;
        }
        const auto setter = setters().find(name);
        if (setter == setters().end()) return std::unexpected(fmt::format("unknown option '{}'", name));
        if (i + 1 == arguments.size()) return std::unexpected(fmt::format("{} needs a value", name));
        const std::string_view value = arguments[++i];
        if (!setter->second(options, value)) return std::unexpected(fmt::format("{}: bad value '{}'", name, value));
    }
    return options;
}

std::string help_text() {
    return usage;
}

}  // namespace sim
