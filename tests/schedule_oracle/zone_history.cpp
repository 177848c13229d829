#include "tests/schedule_oracle/zone_history.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace oracle {
namespace {

constexpr UnixSeconds a_minute = 60;
constexpr UnixSeconds an_hour = 60 * a_minute;
constexpr UnixSeconds a_day = 24 * an_hour;
constexpr UnixSeconds begin_of_2037 = 2'114'380'800;

void go_to(const std::string& zone) {
    if (setenv("TZ", zone.c_str(), 1) != 0) throw std::runtime_error("TZ cannot be set");
    tzset();
}

std::tm local(UnixSeconds instant) {
    const std::time_t time = instant;
    std::tm out{};
    localtime_r(&time, &out);
    return out;
}

std::tm without_zone(UnixSeconds local_second) {
    const std::time_t time = local_second;
    std::tm out{};
    gmtime_r(&time, &out);
    return out;
}

void append(std::vector<Day>& days, UnixSeconds instant, const std::tm& shows) {
    const auto day = static_cast<std::uint8_t>(shows.tm_mday);
    const auto month = static_cast<std::uint8_t>(shows.tm_mon + 1);
    if (days.empty() || days.back().day != day || days.back().month != month)
        days.push_back({day, month, static_cast<std::uint8_t>(shows.tm_wday), {}});
    days.back().minutes.push_back({static_cast<std::uint32_t>(instant), static_cast<std::uint8_t>(shows.tm_hour),
                                   static_cast<std::uint8_t>(shows.tm_min)});
}

class Walk {
 public:
    explicit Walk(ZoneHistory& out) : out_(out) {}

    void visit(UnixSeconds instant, const std::tm& shows) {
        const auto reached = instant + shows.tm_gmtoff;
        if (furthest_ == std::numeric_limits<UnixSeconds>::min()) furthest_ = reached;
        for (auto minute = furthest_ - furthest_ % a_minute + a_minute; minute <= reached; minute += a_minute)
            if (instant >= out_.from) append(out_.begun, instant, without_zone(minute));
        furthest_ = std::max(furthest_, reached);
        if (shows.tm_sec == 0 && instant >= out_.from) append(out_.shown, instant, shows);
    }

 private:
    ZoneHistory& out_;
    UnixSeconds furthest_{std::numeric_limits<UnixSeconds>::min()};  // local seconds
};

}  // namespace

std::vector<std::string> zone_names() {
    std::ifstream file("/usr/share/zoneinfo/zone1970.tab");
    std::vector<std::string> out;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream columns(line);
        std::string countries, coordinates, zone;
        if (columns >> countries >> coordinates >> zone) out.push_back(zone);
    }
    if (out.empty()) throw std::runtime_error("zone1970.tab cannot be read: is tzdata installed?");
    return out;
}

std::vector<UnixSeconds> days_of_change(const std::string& zone) {
    go_to(zone);
    std::vector<UnixSeconds> out;
    auto before = local(2 * a_day).tm_gmtoff;
    for (auto day = 2 * a_day; day < begin_of_2037; day += a_day) {
        const auto after = local(day + a_day).tm_gmtoff;
        if (after != before) out.push_back(day);
        before = after;
    }
    return out;
}

ZoneHistory look_at(const std::string& zone, UnixSeconds from, UnixSeconds until) {
    go_to(zone);
    ZoneHistory out{zone, from, until, {}, {}};
    Walk walk(out);
    // A little earlier, for what was shown already when the clocks were set back.
    for (auto minute = from - from % a_minute - 26 * an_hour; minute < until; minute += a_minute) {
        const auto shows = local(minute);
        walk.visit(minute, shows);
        // An offset that is no whole number of minutes: the new minute begins somewhere in between.
        if (shows.tm_sec != 0)
            for (auto second = minute + 1; second < minute + a_minute; ++second) walk.visit(second, local(second));
    }
    return out;
}

}  // namespace oracle
