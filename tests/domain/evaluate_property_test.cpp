// judge() and a second evaluator agree on random trees. The second one knows no short cut, computes in long double,
// which holds every int64 and every double, and reads numbers with the C library.

#include <cmath>
#include <cstdlib>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "domain/filter/evaluate.hpp"

namespace herald {
namespace {

using Random = std::mt19937_64;
using enum FilterOp;

constexpr std::int64_t now_ms = 1'795'456'800'250;
constexpr std::string_view date_text = "2026-11-23T18:00:00Z";
constexpr long double date_seconds = 1'795'456'800;

template <class T>
const T& one_of(Random& random, const std::vector<T>& choice) {
    return choice[std::uniform_int_distribution<std::size_t>(0, choice.size() - 1)(random)];
}

const std::vector<std::string> fields{"a", "custom_attributes.a", "b", "email", "created_at", "event.metadata.a", "c"};
const std::vector<FilterScalar> values{std::string("gold"),
                                       std::string("GOLD"),
                                       std::string("ol"),
                                       std::string("5"),
                                       std::string(date_text),
                                       true,
                                       false,
                                       std::int64_t{5},
                                       std::int64_t{0},
                                       std::int64_t{9'007'199'254'740'993},
                                       INT64_MAX,
                                       INT64_MIN,
                                       std::int64_t{1'795'456'800},
                                       5.0,
                                       4.5,
                                       -0.0,
                                       0x1p63,
                                       9'007'199'254'740'992.0};
const std::vector<Scalar> facts{std::monostate{},
                                std::string("gold"),
                                std::string("Gold"),
                                std::string("5"),
                                std::string("5.0"),
                                std::string("-0"),
                                std::string("nan"),
                                std::string("inf"),
                                std::string("1e3"),
                                std::string("9007199254740993"),
                                std::string("true"),
                                std::string(""),
                                std::string(date_text),
                                true,
                                false,
                                std::int64_t{5},
                                std::int64_t{1'795'456'800},
                                std::int64_t{1'795'456'800 - 3'600},
                                std::int64_t{1'795'456'800 + 86'400},
                                INT64_MAX,
                                INT64_MIN,
                                -0.0,
                                4.5,
                                -0x1p63,
                                std::nan("")};
const std::vector<std::string> durations{"1m", "1h", "60m", "61m", "1d", "2d", "3650d"};

std::optional<long double> number(const Scalar& fact) {
    if (const auto* whole = std::get_if<std::int64_t>(&fact)) return *whole;
    if (const auto* real = std::get_if<double>(&fact)) return *real;
    const auto* text = std::get_if<std::string>(&fact);
    if (text == nullptr || text->empty()) return {};
    if (*text == date_text) return date_seconds;
    char* end = nullptr;
    const auto out = std::strtold(text->c_str(), &end);
    if (*end != 0 || std::isnan(out) || std::isinf(out)) return {};
    return out;
}

std::string folded(std::string text) {
    for (auto& c : text) c = static_cast<char>(std::tolower(c));
    return text;
}

bool equal(const FilterScalar& value, const Scalar& fact, bool fold) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        const auto* held = std::get_if<std::string>(&fact);
        return held != nullptr && (fold ? folded(*held) == folded(*text) : *held == *text);
    }
    if (const auto* flag = std::get_if<bool>(&value))
        return fact == Scalar(*flag) || fact == Scalar(std::string(*flag ? "true" : "false"));
    const auto held = number(fact);
    const long double wanted = value.index() == 1 ? static_cast<long double>(std::get<std::int64_t>(value))
                                                  : static_cast<long double>(std::get<double>(value));
    return held && *held == wanted;
}

bool naive(const FilterCondition& asked, const Scalars& all) {
    const std::string name = asked.field == "a" || asked.field == "b" || asked.field == "c"
                                 ? "custom_attributes." + asked.field
                                 : asked.field;
    const auto& value = asked.values.front();
    const auto found = all.find(name);
    const bool there = found != all.end() && found->second.index() != 0;
    if (asked.op == exists) return std::get<bool>(value) == there;
    const auto& fact = there ? found->second : Scalar{};
    const bool fold = name == "email";
    const auto held = number(fact);
    const auto* text = std::get_if<std::string>(&value);
    const auto* held_text = std::get_if<std::string>(&fact);
    const auto inside = [&](auto test) {
        return text != nullptr && held_text != nullptr &&
               (fold ? test(folded(*held_text), folded(*text)) : test(*held_text, *text));
    };
    const auto ordered = [&](auto test) {
        if (!there || !held || text != nullptr || value.index() == 0) return false;
        return test(*held, value.index() == 1 ? static_cast<long double>(std::get<std::int64_t>(value))
                                              : static_cast<long double>(std::get<double>(value)));
    };
    const auto near = [&](bool past) {
        const long double length = std::stold(*text) * (text->back() == 'm'   ? 60
                                                        : text->back() == 'h' ? 3'600
                                                                              : 86'400);
        const long double at = static_cast<long double>(now_ms) / 1'000;
        return held && (past ? at - length <= *held && *held <= at : at <= *held && *held <= at + length);
    };
    const auto has = [](const std::string& a, const std::string& b) { return a.find(b) != std::string::npos; };
    bool listed = false;
    for (const auto& each : asked.values) listed |= there && equal(each, fact, fold);
    switch (asked.op) {
        case eq:
        case in:
            return listed;
        case ne:
        case not_in:
            return !listed;
        case gt:
            return ordered([](auto a, auto b) { return a > b; });
        case lt:
            return ordered([](auto a, auto b) { return a < b; });
        case gte:
            return ordered([](auto a, auto b) { return a >= b; });
        case lte:
            return ordered([](auto a, auto b) { return a <= b; });
        case contains:
            return inside(has);
        case not_contains:
            return !inside(has);
        case starts_with:
            return inside([](const auto& a, const auto& b) { return a.substr(0, b.size()) == b; });
        case ends_with:
            return inside([](const auto& a, const auto& b) {
                return a.size() >= b.size() && a.substr(a.size() - b.size()) == b;
            });
        case within_last:
            return near(true);
        case not_within_last:
            return !near(true);
        case within_next:
            return near(false);
        case not_within_next:
            return !near(false);
        case exists:
            return false;
    }
    return false;
}

bool naive(const Filter& filter, const Scalars& all) {
    if (filter.kind == Filter::Kind::condition) return naive(filter.condition, all);
    std::size_t held = 0;
    for (const auto& part : filter.parts) held += naive(part, all) ? 1 : 0;
    return filter.kind == Filter::Kind::all ? held == filter.parts.size() : held > 0;
}

Filter random_filter(Random& random, int depth) {
    const auto kind = depth == 0 ? 0 : std::uniform_int_distribution(0, 2)(random);
    if (kind != 0) {
        std::vector<Filter> parts;
        for (auto left = std::uniform_int_distribution(1, 4)(random); left > 0; --left)
            parts.push_back(random_filter(random, depth - 1));
        return kind == 1 ? Filter::all(std::move(parts)) : Filter::any(std::move(parts));
    }
    const auto op = one_of(random, std::vector(all_filter_ops.begin(), all_filter_ops.end()));
    std::vector<FilterScalar> given{one_of(random, values)};
    if (op == exists) given = {std::uniform_int_distribution(0, 1)(random) == 0};
    if (is_relative(op)) given = {one_of(random, durations)};
    if (takes_list(op))
        for (auto more = std::uniform_int_distribution(0, 3)(random); more > 0; --more)
            given.push_back(one_of(random, values));
    return Filter::where(one_of(random, fields), op, std::move(given));
}

std::string described(const Filter& filter, const Scalars& all) {
    std::string out = judge(filter, all, WallTime{milliseconds{now_ms}}).because;
    for (const auto& [field, fact] : all)
        out += fmt::format("\n  {} = {}", field,
                           std::visit(
                               [](const auto& value) {
                                   if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>)
                                       return std::string("null");
                                   else
                                       return fmt::format("{}", value);
                               },
                               fact));
    return out;
}

TEST(JudgeProperty, AgreesWithASecondEvaluatorOnRandomTrees) {
    Random random(20261123);
    std::size_t matched = 0;
    constexpr std::size_t cases = 30'000;
    for (std::size_t i = 0; i < cases; ++i) {
        Scalars all;
        for (const auto* field :
             {"custom_attributes.a", "custom_attributes.b", "email", "created_at", "event.metadata.a"})
            if (std::uniform_int_distribution(0, 4)(random) != 0) all.emplace(field, one_of(random, facts));
        const auto filter = random_filter(random, 2);
        const auto judged = judge(filter, all, WallTime{milliseconds{now_ms}});
        ASSERT_EQ(judged.matches, naive(filter, all)) << "case " << i << "\n" << described(filter, all);
        ASSERT_FALSE(judged.because.empty());
        matched += judged.matches ? 1 : 0;
    }
    // Neither answer is rare, or little would be compared.
    EXPECT_GT(matched, cases / 5);
    EXPECT_LT(matched, cases * 4 / 5);
}

}  // namespace
}  // namespace herald
