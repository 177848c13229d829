#include "domain/automation/cron.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "domain/core/text.hpp"

namespace herald {
namespace {

template <class T>
using Read = std::expected<T, std::string>;
using Wrong = std::unexpected<std::string>;

struct Field {
    std::string_view name;
    unsigned least{};
    unsigned most{};
    unsigned span{};                               // how many different values there are
    std::span<const std::string_view> names = {};  // of `least` and on
};

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<Field, 5> fields{{{"minute", 0, 59, 60},
                                       {"hour", 0, 23, 24},
                                       {"day of month", 1, 31, 31},
                                       {"month", 1, 12, 12, month_names},
                                       {"day of week", 0, 7, 7, weekday_names}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> macros{{{"@hourly", "0 * * * *"},
                                                                               {"@daily", "0 0 * * *"},
                                                                               {"@midnight", "0 0 * * *"},
                                                                               {"@weekly", "0 0 * * 0"},
                                                                               {"@monthly", "0 0 1 * *"},
                                                                               {"@yearly", "0 0 1 1 *"},
                                                                               {"@annually", "0 0 1 1 *"}}};

std::string quoted(std::string_view text) {
    return fmt::format("\"{}\"", cut(text, 40));
}

bool same_name(std::string_view given, std::string_view name) {
    return std::ranges::equal(given, name,
                              [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::optional<unsigned> whole_number(std::string_view text) {
    unsigned out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return out;
}

Read<unsigned> read_value(const Field& field, std::string_view text) {
    if (text.empty()) return Wrong("a value is missing");
    for (unsigned i = 0; i < field.names.size(); ++i)
        if (same_name(text, field.names[i])) return field.least + i;
    const auto number = whole_number(text);
    if (!number)
        return Wrong(fmt::format("{} is no number{}", quoted(text), field.names.empty() ? "" : " and no name"));
    if (*number < field.least || *number > field.most)
        return Wrong(fmt::format("{} is not within {}-{}", *number, field.least, field.most));
    return *number;
}

Read<unsigned> read_step(const Field& field, std::string_view text) {
    const auto step = whole_number(text);
    if (!step || *step == 0) return Wrong(fmt::format("the step {} is no number from 1 on", quoted(text)));
    if (*step > field.span)
        return Wrong(fmt::format("the step {} is longer than the whole field, {}", *step, field.span));
    return *step;
}

struct Range {
    unsigned first{};
    unsigned last{};
};

Read<Range> read_range(const Field& field, std::string_view text) {
    if (text == "*") return Range{field.least, field.least + field.span - 1};
    const auto dash = text.find('-');
    const auto first = read_value(field, text.substr(0, dash));
    if (!first) return Wrong(first.error());
    if (dash == std::string_view::npos) return Range{*first, *first};
    const auto end = text.substr(dash + 1);
    auto last = read_value(field, end);
    if (!last) return Wrong(last.error());
    if (same_name(end, "sun")) last = 7;
    if (*first > *last) return Wrong(fmt::format("{} goes backwards: write it as two ranges", quoted(text)));
    return Range{*first, *last};
}

Read<std::uint64_t> read_element(const Field& field, std::string_view text) {
    const auto slash = text.find('/');
    const auto base = text.substr(0, slash);
    const auto range = read_range(field, base);
    if (!range) return Wrong(range.error());
    unsigned step = 1;
    if (slash != std::string_view::npos) {
        if (base != "*" && base.find('-') == std::string_view::npos)
            return Wrong(fmt::format("{}: a step needs `*` or a range before it", quoted(text)));
        const auto given = read_step(field, text.substr(slash + 1));
        if (!given) return Wrong(given.error());
        step = *given;
    }
    std::uint64_t out = 0;
    for (auto value = range->first; value <= range->last; value += step) out |= 1ULL << value;
    return out;
}

Read<std::uint64_t> read_field(const Field& field, std::string_view text) {
    std::uint64_t out = 0;
    for (std::size_t from = 0; from <= text.size();) {
        const auto comma = std::min(text.find(',', from), text.size());
        const auto bits = read_element(field, text.substr(from, comma - from));
        if (!bits) return Wrong(fmt::format("{}: {}", field.name, bits.error()));
        out |= *bits;
        from = comma + 1;
    }
    return out;
}

std::vector<std::string_view> words_of(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    std::vector<std::string_view> out;
    for (auto at = text.find_first_not_of(blanks); at != std::string_view::npos;) {
        const auto end = std::min(text.find_first_of(blanks, at), text.size());
        out.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(blanks, end);
    }
    return out;
}

Read<CronRule> read_fields(const std::vector<std::string_view>& words) {
    std::array<std::uint64_t, fields.size()> bits{};
    std::vector<std::string> wrong;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        auto read = read_field(fields[i], words[i]);
        if (read)
            bits[i] = *read;
        else
            wrong.push_back(std::move(read.error()));
    }
    if (!wrong.empty()) return Wrong(fmt::format("{}", fmt::join(wrong, "; ")));
    const auto sunday_is_0 = bits[4] | bits[4] >> 7U;
    return CronRule{.minutes = bits[0],
                    .hours = static_cast<std::uint32_t>(bits[1]),
                    .days = static_cast<std::uint32_t>(bits[2]),
                    .months = static_cast<std::uint16_t>(bits[3]),
                    .weekdays = static_cast<std::uint8_t>(sunday_is_0 & 0x7fU),
                    .either_day = !words[2].starts_with('*') && !words[4].starts_with('*'),
                    .follows_clock = words[1].starts_with('*')};
}

Read<CronRule> read_macro(std::string_view text) {
    for (const auto& [name, meaning] : macros)
        if (name == text) return read_fields(words_of(meaning));
    if (text == "@reboot") return Wrong("@reboot is not taken: a service has no time at which it starts");
    std::vector<std::string_view> known;
    for (const auto& [name, ignored] : macros) known.push_back(name);
    return Wrong(fmt::format("{} is not known; there are {}", quoted(text), fmt::join(known, ", ")));
}

}  // namespace

std::expected<CronRule, std::string> parse_cron(std::string_view text) {
    if (text.size() > longest_cron)
        return Wrong(fmt::format("{} bytes, at most {} are taken", text.size(), longest_cron));
    const auto words = words_of(text);
    if (words.size() == 1 && words[0].starts_with('@')) return read_macro(words[0]);
    if (words.size() == fields.size()) return read_fields(words);
    return Wrong(fmt::format("{} fields where five are needed: minute, hour, day of month, month, day of week{}",
                             words.size(), words.size() == 6 ? "; there is none for seconds or for the year" : ""));
}

}  // namespace herald
