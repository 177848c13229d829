#include "domain/core/time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace herald {

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
