#pragma once
// One scripted fault: when it applies and what it does. Parsed strictly: a misspelt rule must not pass unnoticed.

#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

namespace sim {

enum class FaultAction : std::uint8_t {
    // replace or prevent the answer; the first that fits wins
    status,
    html,
    unauthorized,
    not_found,
    gone,
    commit_then_502,
    commit_then_rst,
    commit_then_fin,
    commit_then_stall,
    commit_then_truncate,
    commit_then_garbage,
    rst_before_commit,
    stall_before_commit,
    close_idle,
    // change the answer or its delivery; all that fit apply
    latency,
    drip,
    numeric_ids,
    add_headers,
    bad_length,
    header_bomb,
    continue_flood,
    // connections
    refuse
};

struct FaultRule {
    std::string method;  // empty: any
    std::string path;    // template with {} for parameters, or a prefix
    bool prefix{true};
    double p{1};
    std::uint64_t after{};
    std::uint64_t count{std::numeric_limits<std::uint64_t>::max()};
    double at_s{};
    double for_s{std::numeric_limits<double>::infinity()};
    FaultAction action{};

    int status{};
    std::optional<std::string> body;
    std::string content_type;
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<std::int64_t> retry_after_date_s;  // Retry-After as a date, so many seconds from then
    bool commit{};                                   // status, html: the request takes effect all the same
    int if_status{};                                 // add_headers: only on answers of this status
    std::string into;                                // gone: where the Link points
    std::int64_t min_ms{};
    std::int64_t max_ms{};
    bool delay_before{};  // latency: before the request takes effect
    double seconds{3600};
    std::int64_t bytes{1};
    std::int64_t every_ms{20};
    bool rst{};
    std::int64_t amount{100};  // header_bomb, continue_flood

    std::uint64_t seen{};     // matches so far
    std::uint64_t applied{};  // times it was done
};

bool is_modifier(FaultAction action);
std::string_view action_name(FaultAction action);
std::string normal_template(std::string_view path);  // {any_name} becomes {}

// A list of rules, or an object with the member "rules".
std::expected<std::vector<FaultRule>, std::string> parse_faults(const boost::json::value& script);
std::expected<std::vector<FaultRule>, std::string> parse_fault_text(std::string_view text);

}  // namespace sim
