// A million random rules, zones and instants, each answered by next_fire() and by brute force over every minute that
// glibc's clocks show. Ends with 1 at the first disagreement, and prints it.

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <map>
#include <span>
#include <stdexcept>

#include <fmt/format.h>

#include "adapters/system/time_zones.hpp"
#include "domain/automation/cron.hpp"
#include "domain/automation/local_time.hpp"
#include "tests/schedule_oracle/random_rule.hpp"

namespace oracle {
namespace {

constexpr UnixSeconds a_day = 86'400;
constexpr UnixSeconds first_day = 3 * a_day;
constexpr UnixSeconds end_of_rules = 2'114'380'800;  // 2037-01-01
constexpr int cases_of_a_window = 300;
constexpr int cases_of_a_decade = 500;

// Zones in which something uncommon happened, looked at more often than the rest.
const std::vector<std::string> uncommon{
    "Australia/Lord_Howe", "Pacific/Apia",       "Asia/Beirut",       "Africa/Cairo",       "America/Sao_Paulo",
    "America/Asuncion",    "Africa/Monrovia",    "Africa/Casablanca", "Europe/Dublin",      "Pacific/Kwajalein",
    "Asia/Kathmandu",      "America/St_Johns",   "Asia/Pyongyang",    "Antarctica/Troll",   "Asia/Gaza",
    "America/Caracas",     "Pacific/Kiritimati", "Atlantic/Azores",   "Australia/Adelaide", "Africa/Juba",
    "Europe/Istanbul",     "Asia/Tehran",        "America/New_York",  "Europe/Berlin"};

struct Options {
    std::int64_t cases{1'000'000};
    std::int64_t long_cases{10'000};
    std::uint64_t seed{};
    std::string mistake;
};

// What is asked, with a mistake planted in it to see that it is found.
class Asked {
 public:
    Asked(const herald::TimeZones& zones, std::string mistake) : zones_(zones), mistake_(std::move(mistake)) {}

    std::optional<std::int64_t> next(const std::string& text, const std::string& zone, std::int64_t after) const {
        auto rule = herald::parse_cron(text);
        if (!rule) throw std::runtime_error(fmt::format("\"{}\" is refused: {}", text, rule.error()));
        if (mistake_ == "star_is_named") rule->follows_clock = false;
        if (mistake_ == "named_is_star") rule->follows_clock = true;
        if (mistake_ == "days_both") rule->either_day = false;
        const auto from = wall(mistake_ == "not_strict" ? after - 1 : after);
        auto out = herald::next_fire(*rule, zone, zones_, from);
        // The showing after the first, as if named times had no memory of what was shown.
        if (mistake_ == "showings_repeat" && !rule->follows_clock) out = first_of_both(*rule, zone, from, out);
        return out ? std::optional(out->time_since_epoch().count()) : std::nullopt;
    }
    std::int64_t next_time_of_day(const RandomRule& rule, const std::string& zone, std::int64_t after) const {
        const auto at = [](const auto& values) { return std::ranges::find(values, true) - values.begin(); };
        const auto of_day = std::chrono::hours{at(rule.hours)} + std::chrono::minutes{at(rule.minutes)};
        return herald::next_local_time(zone, of_day, zones_, wall(after)).time_since_epoch().count();
    }

 private:
    static herald::WallTime wall(std::int64_t time) { return herald::WallTime{std::chrono::milliseconds{time}}; }
    std::optional<herald::WallTime> first_of_both(herald::CronRule rule, const std::string& zone,
                                                  herald::WallTime after, std::optional<herald::WallTime> named) const {
        rule.follows_clock = true;
        const auto shown = herald::next_fire(rule, zone, zones_, after);
        return shown && (!named || *shown < *named) ? shown : named;
    }

    const herald::TimeZones& zones_;
    std::string mistake_;
};

std::string utc(std::int64_t unix_milliseconds) {
    return fmt::format("{} ({})", herald::to_rfc3339(herald::WallTime{std::chrono::milliseconds{unix_milliseconds}}),
                       unix_milliseconds);
}
std::string utc(std::optional<std::int64_t> unix_milliseconds) {
    return unix_milliseconds ? utc(*unix_milliseconds) : "never";
}

// Anywhere, or where it matters: at a full minute, and close to the middle of the window.
std::int64_t random_instant(Random& random, const ZoneHistory& in, UnixSeconds middle) {
    const auto uniform = [&](std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution(least, most)(random);
    };
    auto from = in.from;
    auto until = in.until - 1;
    if (in_percent(random, 30)) {
        from = std::max(from, middle);
        until = std::min(until, middle + a_day);
    }
    if (in_percent(random, 30)) return uniform(from * 1'000, until * 1'000);
    const auto minute = uniform(from / 60 + 1, until / 60);
    return minute * 60'000 + pick(random, -1, 1);
}

class Comparison {
 public:
    explicit Comparison(const Options& options)
        : options_(options), random_(options.seed), asked_(zones_, options.mistake), names_(zone_names()) {}

    // False: they disagree, and how was printed.
    bool run() {
        while (done_ < options_.cases)
            if (!compare(window(), std::min<std::int64_t>(cases_of_a_window, options_.cases - done_), false, done_))
                return false;
        while (long_done_ < options_.long_cases)
            if (!compare(decade(), std::min<std::int64_t>(cases_of_a_decade, options_.long_cases - long_done_), true,
                         long_done_))
                return false;
        fmt::print("{} cases within three days and {} within ten years agree, {} of them with a fire; seed {}\n", done_,
                   long_done_, fired_, options_.seed);
        return true;
    }

 private:
    const std::string& random_zone() {
        const auto& from = in_percent(random_, 50) ? uncommon : names_;
        return from[static_cast<std::size_t>(pick(random_, 0, static_cast<int>(from.size()) - 1))];
    }
    // Three days, mostly around a change of the clocks.
    ZoneHistory window() {
        const auto& zone = random_zone();
        if (!changes_.contains(zone)) changes_[zone] = days_of_change(zone);
        const auto& changes = changes_[zone];
        middle_ = std::uniform_int_distribution(first_day / 60, end_of_rules / 60 - 1)(random_) * 60;
        if (!changes.empty() && in_percent(random_, 75))
            middle_ = changes[static_cast<std::size_t>(pick(random_, 0, static_cast<int>(changes.size()) - 1))];
        const auto from = std::max(first_day, middle_ - pick(random_, 0, 2 * 1'440) * 60);
        return look_at(zone, from, std::min(from + 3 * a_day, end_of_rules));
    }
    ZoneHistory decade() {
        constexpr auto length = 3'652 * a_day;
        const auto from = std::uniform_int_distribution(first_day / 60, (end_of_rules - a_day) / 60)(random_) * 60;
        middle_ = from;
        return look_at(random_zone(), from, std::min(from + length, end_of_rules));
    }

    bool compare(const ZoneHistory& history, std::int64_t cases, bool rare, std::int64_t& done) {
        for (; cases > 0; --cases, ++done) {
            const bool time_of_day = !rare && in_percent(random_, 5);
            const auto rule = time_of_day ? random_time_of_day(random_) : random_rule(random_, rare);
            const auto after = random_instant(random_, history, middle_);
            const auto expected = next(rule, history, after);
            const auto got = time_of_day ? asked_.next_time_of_day(rule, history.zone, after)
                                         : asked_.next(rule.text, history.zone, after);
            if (expected) ++fired_;
            // Beyond the window is as good as never, for who looks at the window only.
            const bool agree = expected ? got == *expected * 1'000 : !got || *got >= history.until * 1'000;
            if (!agree) return disagree(rule, history, after, expected, got);
        }
        return true;
    }
    bool disagree(const RandomRule& rule, const ZoneHistory& history, std::int64_t after,
                  std::optional<UnixSeconds> expected, std::optional<std::int64_t> got) const {
        fmt::print(
            "they disagree, seed {}\n  rule      {}\n  zone      {}\n  after     {}\n  expected  {}\n"
            "  got       {}\n  window    {} to {}\n",
            options_.seed, rule.text, history.zone, utc(after), expected ? utc(*expected * 1'000) : "not in the window",
            utc(got), utc(history.from * 1'000), utc(history.until * 1'000));
        return false;
    }

    Options options_;
    Random random_;
    herald::SystemTimeZones zones_;
    Asked asked_;
    std::vector<std::string> names_;
    std::map<std::string, std::vector<UnixSeconds>> changes_;
    UnixSeconds middle_{};
    std::int64_t done_{};
    std::int64_t long_done_{};
    std::int64_t fired_{};
};

template <class T>
T number(std::string_view text) {
    T out{};
    if (std::from_chars(text.data(), text.data() + text.size(), out).ptr != text.data() + text.size() || text.empty())
        throw std::invalid_argument(fmt::format("{} is no number", text));
    return out;
}

Options read(std::span<char*> arguments) {
    Options out{.seed = std::random_device{}()};
    for (std::size_t i = 1; i + 1 < arguments.size(); i += 2) {
        const std::string_view name = arguments[i];
        const std::string_view value = arguments[i + 1];
        if (name == "--cases")
            out.cases = number<std::int64_t>(value);
        else if (name == "--long")
            out.long_cases = number<std::int64_t>(value);
        else if (name == "--seed")
            out.seed = number<std::uint64_t>(value);
        else if (name == "--mistake")
            out.mistake = value;
        else
            throw std::invalid_argument(fmt::format("{} is not known", name));
    }
    if (arguments.size() % 2 == 0) throw std::invalid_argument("every option has a value");
    return out;
}

}  // namespace
}  // namespace oracle

int main(int count, char** arguments) {
    try {
        return oracle::Comparison(oracle::read({arguments, static_cast<std::size_t>(count)})).run() ? 0 : 1;
    } catch (const std::exception& why) {
        fmt::print(stderr, "schedule_oracle [--cases N] [--long N] [--seed S] [--mistake NAME]: {}\n", why.what());
        return 2;
    }
}
