#pragma once
// Fixed 10-second windows aligned on wall-clock multiples of 10 s, one count for each token.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sim {

class WindowLimiter {
 public:
    static constexpr std::int64_t window_ms = 10'000;
    static constexpr std::int64_t unlimited = 10'000'000;  // reported when there is no limit

    struct Verdict {
        bool allowed{};
        std::int64_t limit{};
        std::int64_t remaining{};
        std::int64_t reset{};  // Unix second at which the window ends
    };

    explicit WindowLimiter(std::int64_t limit) { set_limit(limit); }

    void set_limit(std::int64_t limit) { limit_ = limit > 0 ? limit : unlimited; }
    std::int64_t limit() const { return limit_; }
    // Counts the call whether it is allowed or not.
    Verdict arrive(std::string_view token, std::int64_t now_ms);

    static std::int64_t window_of(std::int64_t now_ms) { return now_ms / window_ms; }

 private:
    struct Count {
        std::int64_t window{};
        std::int64_t calls{};
    };
    std::int64_t limit_{};
    std::unordered_map<std::string, Count> counts_;
};

}  // namespace sim
