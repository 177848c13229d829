#include "domain/core/time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace herald {
namespace {

// Takes text from the front, and remembers whether everything was there.
class Reader {
 public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int digits(std::size_t count, int most) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) value = 10 * value + digit();
        good_ &= value <= most;
        return value;
    }
    char one_of(std::string_view choice) {
        if (rest_.empty() || choice.find(rest_.front()) == std::string_view::npos) {
            good_ = false;
            return 0;
        }
        return take();
    }
    int thousandths() {
        if (!rest_.starts_with('.')) return 0;
        take();
        int value = digit();
        int places = 1;
        for (; good_ && !rest_.empty() && is_digit(rest_.front()); ++places) {
            const int next = digit();
            if (places < 3) value = 10 * value + next;
        }
        for (; places < 3; ++places) value *= 10;
        return value;
    }
    bool done() const { return good_ && rest_.empty(); }

 private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    char take() {
        const char front = rest_.front();
        rest_.remove_prefix(1);
        return front;
    }
    int digit() {
        good_ &= !rest_.empty() && is_digit(rest_.front());
        return good_ ? take() - '0' : 0;
    }

    std::string_view rest_;
    bool good_{true};
};

}  // namespace

std::optional<WallTime> from_rfc3339(std::string_view text) {
    Reader in(text);
    const std::chrono::year year{in.digits(4, 9999)};
    in.one_of("-");
    const std::chrono::month month{static_cast<unsigned>(in.digits(2, 12))};
    in.one_of("-");
    const std::chrono::day day{static_cast<unsigned>(in.digits(2, 31))};
    in.one_of("Tt");
    const std::chrono::hours hour{in.digits(2, 23)};
    in.one_of(":");
    const std::chrono::minutes minute{in.digits(2, 59)};
    in.one_of(":");
    const seconds second{in.digits(2, 59)};
    const milliseconds fraction{in.thousandths()};
    const char zone = in.one_of("Zz+-");
    std::chrono::minutes offset{0};
    if (zone == '+' || zone == '-') {
        offset = std::chrono::hours{in.digits(2, 23)};
        in.one_of(":");
        offset += std::chrono::minutes{in.digits(2, 59)};
    }
    const std::chrono::year_month_day date{year, month, day};
    if (!in.done() || !date.ok()) return {};
    return std::chrono::sys_days{date} + hour + minute + second + fraction - (zone == '-' ? -offset : offset);
}

std::string to_rfc3339(WallTime time) {
    const auto whole = std::chrono::floor<seconds>(time);
    const auto days = std::chrono::floor<std::chrono::days>(whole);
    const std::chrono::year_month_day date{days};
    const std::chrono::hh_mm_ss clock{whole - days};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), (time - whole).count());
}

Task<void> Clock::sleep_until(SteadyTime time) {
    const auto alarm = make_alarm();
    co_await alarm->wait_until(time);
}

}  // namespace herald
