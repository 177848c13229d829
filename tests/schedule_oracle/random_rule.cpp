#include "tests/schedule_oracle/random_rule.hpp"

#include <algorithm>
#include <cctype>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace oracle {
namespace {

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 8> weekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"};

struct Shape {
    int least{};
    int most{};
    std::span<const std::string_view> names = {};
};

std::string value_text(Random& random, const Shape& shape, int value, bool may_be_name = true) {
    if (shape.names.empty() || !may_be_name || in_percent(random, 50)) return std::to_string(value);
    std::string out(shape.names[static_cast<std::size_t>(value - shape.least)]);
    for (auto& c : out)
        if (in_percent(random, 30)) c = static_cast<char>(std::toupper(c));
    return out;
}

// One field as it grows: what is in it is set in `in`.
class FieldMaker {
 public:
    FieldMaker(Random& random, const Shape& shape, std::span<bool> in) : random_(random), shape_(shape), in_(in) {}

    std::string star() {
        set(shape_.least, last(), 1);
        return "*";
    }
    std::string star_with_step() {
        const auto step = pick(random_, 1, std::min(last() - shape_.least + 1, 12));
        set(shape_.least, last(), step);
        return fmt::format("*/{}", step);
    }
    std::string list(int longest) {
        std::string out;
        for (int left = pick(random_, 1, longest); left > 0; --left)
            out += fmt::format("{}{}", out.empty() ? "" : ",", in_percent(random_, 60) ? single() : range());
        return out;
    }

 private:
    // Sunday is 0 where a star counts.
    int last() const { return shape_.most == 7 ? 6 : shape_.most; }
    void set(int first, int last_one, int step) {
        const auto size = static_cast<int>(in_.size());
        for (int value = first; value <= last_one; value += step)
            in_[static_cast<std::size_t>(value == 7 && size == 7 ? 0 : value)] = true;
    }
    std::string single() {
        const auto value = pick(random_, shape_.least, shape_.most);
        set(value, value, 1);
        return value_text(random_, shape_, value);
    }
    std::string range() {
        const auto first = pick(random_, shape_.least, shape_.most);
        const auto end = pick(random_, first, shape_.most);
        // As a name the first Sunday is 0, not 7.
        const auto may_be_name = first != 7;
        auto out = fmt::format("{}-{}", value_text(random_, shape_, first, may_be_name),
                               value_text(random_, shape_, end, end != 0 || shape_.most != 7));
        const auto step = in_percent(random_, 40) ? pick(random_, 1, std::min(last() - shape_.least + 1, 9)) : 1;
        if (step > 1 || in_percent(random_, 10)) out += fmt::format("/{}", step);
        set(first, end, step);
        return out;
    }

    Random& random_;
    const Shape& shape_;
    std::span<bool> in_;
};

// Returns the text; the chances are those of `*` and of `*` with a step.
std::string make_field(Random& random, const Shape& shape, std::span<bool> in, int star, int step, int longest) {
    FieldMaker maker(random, shape, in);
    const auto chance = pick(random, 1, 100);
    if (chance <= star) return maker.star();
    if (chance <= star + step) return maker.star_with_step();
    return maker.list(longest);
}

RandomRule macro(Random& random) {
    constexpr std::array<std::string_view, 5> names{"@hourly", "@daily", "@weekly", "@monthly", "@yearly"};
    const auto which = static_cast<std::size_t>(pick(random, 0, 4));
    RandomRule out{
        .text = std::string(names[which]), .star_hour = which == 0, .star_day = which < 3, .star_weekday = which != 2};
    out.minutes[0] = true;
    out.hours[0] = true;
    if (which == 0) out.hours.fill(true);
    out.days[1] = true;
    if (out.star_day) out.days.fill(true);
    out.months[1] = true;
    if (which < 4) out.months.fill(true);
    out.weekdays[0] = true;
    if (out.star_weekday) out.weekdays.fill(true);
    return out;
}

}  // namespace

RandomRule random_rule(Random& random, bool rare) {
    if (in_percent(random, 1)) return macro(random);
    RandomRule out;
    const auto minute = make_field(random, {0, 59}, out.minutes, 15, 20, 3);
    const auto hour = make_field(random, {0, 23}, out.hours, 25, 15, 3);
    const auto day = make_field(random, {1, 31}, out.days, rare ? 15 : 55, 10, rare ? 1 : 3);
    const auto month = make_field(random, {1, 12, months}, out.months, rare ? 10 : 75, 5, rare ? 2 : 3);
    const auto weekday = make_field(random, {0, 7, weekdays}, out.weekdays, 55, 10, 2);
    out.star_hour = hour[0] == '*';
    out.star_day = day[0] == '*';
    out.star_weekday = weekday[0] == '*';
    out.text = fmt::format("{} {} {} {} {}", minute, hour, day, month, weekday);
    return out;
}

RandomRule random_time_of_day(Random& random) {
    const auto minute = pick(random, 0, 59);
    const auto hour = pick(random, 0, 23);
    RandomRule out{.text = fmt::format("{} {} * * *", minute, hour), .star_day = true, .star_weekday = true};
    out.minutes[static_cast<std::size_t>(minute)] = true;
    out.hours[static_cast<std::size_t>(hour)] = true;
    out.days.fill(true);
    out.months.fill(true);
    out.weekdays.fill(true);
    return out;
}

std::optional<UnixSeconds> next(const RandomRule& rule, const ZoneHistory& history, std::int64_t after) {
    for (const auto& day : rule.star_hour ? history.shown : history.begun) {
        if (std::int64_t{day.minutes.back().instant} * 1'000 <= after || !rule.months[day.month]) continue;
        const bool by_date = rule.days[day.day];
        const bool by_weekday = rule.weekdays[day.weekday];
        if (rule.star_day || rule.star_weekday ? !(by_date && by_weekday) : !(by_date || by_weekday)) continue;
        for (const auto& [instant, hour, minute] : day.minutes)
            if (std::int64_t{instant} * 1'000 > after && rule.hours[hour] && rule.minutes[minute]) return instant;
    }
    return {};
}

}  // namespace oracle
