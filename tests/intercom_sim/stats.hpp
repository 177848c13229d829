#pragma once
// What the referee counts. Windows are those of the limiter.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json/object.hpp>

namespace sim {

class Stats {
 public:
    void arrived(std::int64_t now_ms, std::int64_t limit, bool refused);
    void answered(std::string_view operation, int status);  // status 0: no answer
    void faulted(std::string_view action) { ++faults_[std::string(action)]; }
    void connected() { ++connections_; }
    void message(std::string_view contact_id, std::string_view type, std::string_view subject, std::string_view body);
    void event(bool duplicate) { ++(duplicate ? duplicate_events_ : events_); }
    boost::json::object to_json(std::int64_t now_ms) const;

 private:
    struct Window {
        std::uint64_t calls{};
        std::uint64_t refused{};  // 429
        std::int64_t limit{};
        std::int64_t first_ms{};
        std::int64_t last_ms{};
    };
    static constexpr std::size_t most_windows = 4096;
    static constexpr std::size_t most_samples = 20;

    std::map<std::int64_t, Window> windows_;  // by number
    std::map<std::string, std::map<int, std::uint64_t>, std::less<>> answers_;
    std::map<std::string, std::uint64_t> faults_;
    std::map<std::string, std::uint64_t, std::less<>> messages_;  // by type
    std::unordered_map<std::uint64_t, std::uint32_t> copies_;     // of (contact, subject, body), by hash
    std::vector<std::string> samples_;                            // contacts that got something twice
    std::uint64_t duplicate_contacts_{};
    std::uint64_t extra_copies_{};
    std::uint64_t calls_{};
    std::uint64_t refused_{};
    std::uint64_t connections_{};
    std::uint64_t events_{};
    std::uint64_t duplicate_events_{};
    std::uint32_t most_copies_{};
};

}  // namespace sim
