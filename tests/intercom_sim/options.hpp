#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>

namespace sim {

struct Options {
    std::string host{"127.0.0.1"};
    std::uint16_t port{};
    std::uint32_t seed{};
    bool seed_suppressed{};
    std::int64_t limit{1667};
    std::int64_t latency_min_ms{};
    std::int64_t latency_max_ms{};
    std::string ledger;
    std::string request_log;
    std::string faults;
    std::optional<std::string> token;
    std::uint64_t admin_id{394051};
    std::uint64_t random_seed{1};
    std::int64_t idle_timeout_s{};
    std::int64_t visibility_delay_ms{};
    std::int64_t search_delay_ms{};
    std::uint32_t page_overlap{};
    std::string in_app_names{"both"};  // both, inapp or in_app
    std::string unsubscribed_code{"unsubscribed"};
    bool help{};
};

std::expected<Options, std::string> parse_options(std::span<const char* const> arguments);
std::string help_text();

}  // namespace sim
