#include "adapters/system/time_zones.hpp"

#include <algorithm>
#include <date/tz.h>
#include <stdexcept>

namespace herald {
namespace {

const date::time_zone* find(const std::string& name) {
    if (name == "localtime") return nullptr;
    const auto& zones = date::get_tzdb().zones;
    const auto found = std::ranges::lower_bound(zones, name, {}, &date::time_zone::name);
    return found != zones.end() && found->name() == name ? &*found : nullptr;
}

const date::time_zone& found_or_throw(const std::string& name) {
    const auto* found = find(name);
    if (found == nullptr) throw std::invalid_argument("there is no time zone " + name);
    return *found;
}

// The ends of time that the library gives are beyond what milliseconds can count.
WallTime within_reach(date::sys_seconds time) {
    constexpr auto reach = std::chrono::duration_cast<seconds>(std::chrono::years{10'000});
    return WallTime{std::clamp<seconds>(time.time_since_epoch(), -reach, reach)};
}

}  // namespace

SystemTimeZones::SystemTimeZones() {
    try {
        for (const auto& zone : date::get_tzdb().zones) static_cast<void>(zone.get_info(date::sys_seconds{}));
    } catch (const std::exception& why) {
        throw std::runtime_error(std::string("the time zones cannot be read (is tzdata installed?): ") + why.what());
    }
    if (find("Etc/UTC") == nullptr) throw std::runtime_error("there are no time zones: is tzdata installed?");
}

bool SystemTimeZones::known(const std::string& zone) const {
    return find(zone) != nullptr;
}

WallTime SystemTimeZones::instant(const std::string& zone, LocalTime local) const {
    const date::local_time<milliseconds> shown{local.time_since_epoch()};
    const auto info = found_or_throw(zone).get_info(shown);
    // Skipped: the first instant with the new offset. Otherwise the first (or only) offset that shows this time.
    if (info.result == date::local_info::nonexistent) return WallTime{info.second.begin.time_since_epoch()};
    return WallTime{shown.time_since_epoch() - info.first.offset};
}

ZoneOffset SystemTimeZones::offset_at(const std::string& zone, WallTime instant) const {
    const auto info = found_or_throw(zone).get_info(date::sys_time<milliseconds>{instant.time_since_epoch()});
    return {info.offset, within_reach(info.begin), within_reach(info.end)};
}

}  // namespace herald
