#include "tests/intercom_sim/stats.hpp"

#include <algorithm>

#include "tests/intercom_sim/window_limiter.hpp"

namespace sim {

namespace json = boost::json;

namespace {

std::uint64_t mix(std::uint64_t hash, std::string_view text) {  // FNV-1a, with the length as separator
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return (hash ^ text.size()) * 0x100000001b3U;
}

}  // namespace

void Stats::arrived(std::int64_t now_ms, std::int64_t limit, bool refused) {
    ++calls_;
    Window& window = windows_[WindowLimiter::window_of(now_ms)];
    if (window.calls == 0) window.first_ms = now_ms;
    window.last_ms = now_ms;
    window.limit = limit;
    ++window.calls;
    if (refused) {
        ++refused_;
        ++window.refused;
    }
    if (windows_.size() > most_windows) windows_.erase(windows_.begin());
}

void Stats::answered(std::string_view operation, int status) {
    auto found = answers_.find(operation);
    if (found == answers_.end()) found = answers_.try_emplace(std::string(operation)).first;
    ++found->second[status];
}

void Stats::message(std::string_view contact_id, std::string_view type, std::string_view subject,
                    std::string_view body) {
    auto found = messages_.find(type);
    if (found == messages_.end()) found = messages_.try_emplace(std::string(type)).first;
    ++found->second;
    const std::uint64_t key = mix(mix(mix(0xcbf29ce484222325U, contact_id), subject), body);
    const std::uint32_t copies = ++copies_[key];
    most_copies_ = std::max(most_copies_, copies);
    if (copies < 2) return;
    ++extra_copies_;
    if (copies > 2) return;
    ++duplicate_contacts_;
    if (samples_.size() < most_samples) samples_.emplace_back(contact_id);
}

json::object Stats::to_json(std::int64_t now_ms) const {
    json::array windows;
    for (const auto& [number, window] : windows_) {
        windows.push_back(json::object{{"start_ms", number * WindowLimiter::window_ms},
                                       {"index", number},
                                       {"calls", window.calls},
                                       {"refused_429", window.refused},
                                       {"limit", window.limit},
                                       {"first_ms", window.first_ms},
                                       {"last_ms", window.last_ms}});
    }
    json::object operations;
    for (const auto& [operation, statuses] : answers_) {
        json::object counts;
        for (const auto& [status, count] : statuses) {
            counts[status == 0 ? std::string("no_answer") : std::to_string(status)] = count;
        }
        operations[operation] = std::move(counts);
    }
    json::object faults;
    for (const auto& [action, count] : faults_) faults[action] = count;
    json::object messages;
    std::uint64_t total = 0;
    for (const auto& [type, count] : messages_) {
        messages[type] = count;
        total += count;
    }
    return {{"now_ms", now_ms},
            {"calls", calls_},
            {"refused_429", refused_},
            {"connections", connections_},
            {"messages", total},
            {"messages_by_type", std::move(messages)},
            {"duplicates", json::object{{"contacts", duplicate_contacts_},
                                        {"extra_copies", extra_copies_},
                                        {"most_copies", most_copies_},
                                        {"sample_contact_ids", json::array(samples_.begin(), samples_.end())}}},
            {"events", events_},
            {"events_deduplicated", duplicate_events_},
            {"faults", std::move(faults)},
            {"operations", std::move(operations)},
            {"windows", std::move(windows)}};
}

}  // namespace sim
