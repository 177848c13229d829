#include "domain/filter/evaluate.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "domain/core/duration.hpp"
#include "domain/core/text.hpp"
#include "domain/filter/comparison.hpp"

namespace herald {
namespace {

constexpr std::size_t longest_shown = 60;  // bytes of a value in a reason
constexpr std::size_t most_shown = 3;      // values of a list

std::string fact_name(const std::string& field) {
    return field.starts_with("event.") ? field : contact_search_field(field);
}

// The comparison that an operator asks for, and whether it asks for the contrary.
std::pair<FilterOp, bool> without_not(FilterOp op) {
    switch (op) {
        case FilterOp::ne:
            return {FilterOp::eq, true};
        case FilterOp::not_in:
            return {FilterOp::in, true};
        case FilterOp::not_contains:
            return {FilterOp::contains, true};
        case FilterOp::not_within_last:
            return {FilterOp::within_last, true};
        case FilterOp::not_within_next:
            return {FilterOp::within_next, true};
        default:
            return {op, false};
    }
}

Answer within(FilterOp op, const FilterScalar& value, const Scalar& fact, WallTime now) {
    const auto* text = std::get_if<std::string>(&value);
    const auto duration = text == nullptr ? std::nullopt : parse_duration(*text);
    const auto date = number_in(fact);
    if (!duration || !date) return Answer::incomparable;
    const auto at = [](WallTime time) { return Number(static_cast<double>(time.time_since_epoch().count()) / 1'000); };
    const bool past = op == FilterOp::within_last;
    const bool yes =
        compare(*date, at(past ? now - *duration : now)) >= 0 && compare(*date, at(past ? now : now + *duration)) <= 0;
    return yes ? Answer::yes : Answer::no;
}

Answer one_of(const std::vector<FilterScalar>& values, const Scalar& fact, bool ignore_case) {
    auto out = Answer::incomparable;
    for (const auto& value : values) {
        const auto each = answer(FilterOp::eq, value, fact, ignore_case);
        if (each == Answer::yes) return each;
        if (each == Answer::no) out = each;
    }
    return out;
}

std::string_view why(const FilterCondition& condition, Answer answer, bool matches) {
    const auto op = without_not(condition.op).first;
    if (answer == Answer::incomparable) {
        if (is_relative(op)) return "the value is no date";
        if (std::holds_alternative<std::string>(condition.values.at(0))) return "the value is no text";
        return std::holds_alternative<bool>(condition.values.at(0)) ? "the value is not true or false"
                                                                    : "the value is no number";
    }
    if (op == FilterOp::eq) return answer == Answer::yes ? "the value is equal" : "the value differs";
    if (op == FilterOp::in) return answer == Answer::yes ? "the value is one of them" : "the value is none of them";
    return matches ? "it is so" : "it is not so";
}

std::string shown(const FilterScalar& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return std::visit([](const auto& plain) { return fmt::format("{}", plain); }, value);
    const auto part = cut(*text, longest_shown);
    return fmt::format("\"{}{}\"", part, part.size() < text->size() ? "..." : "");
}

std::string shown(const FilterCondition& condition) {
    const auto& values = condition.values;
    if (!takes_list(condition.op)) return values.empty() ? "" : shown(values.front());
    std::vector<std::string> some;
    for (std::size_t i = 0; i < std::min(values.size(), most_shown); ++i) some.push_back(shown(values[i]));
    const auto more = values.size() - some.size();
    return fmt::format("[{}{}]", fmt::join(some, ", "), more == 0 ? "" : fmt::format(" and {} more", more));
}

struct Reasons {
    std::vector<std::string> named;
    std::size_t more{};

    void append(Reasons others) {
        for (auto& each : others.named)
            if (named.size() < most_reasons)
                named.push_back(std::move(each));
            else
                ++more;
        more += others.more;
    }
};

struct Verdict {
    bool matches{};
    Reasons reasons;
};

class Judge {
 public:
    Judge(const Scalars& facts, WallTime now) : facts_(facts), now_(now) {}

    Verdict look_at(const Filter& filter) const {
        if (filter.kind == Filter::Kind::condition) return look_at(filter.condition);
        // The part that ends it: one that fails of `all`, one that holds of `any`.
        const bool decides = filter.kind == Filter::Kind::any;
        Reasons reasons;
        for (const auto& part : filter.parts) {
            auto verdict = look_at(part);
            if (verdict.matches == decides) return verdict;
            reasons.append(std::move(verdict.reasons));
        }
        return {!decides, std::move(reasons)};
    }

 private:
    Verdict look_at(const FilterCondition& condition) const {
        const auto field = fact_name(condition.field);
        const auto found = facts_.find(field);
        const bool there = found != facts_.end() && !std::holds_alternative<std::monostate>(found->second);
        const auto [matches, reason] = there ? compared(condition, field, found->second) : absent(condition);
        return {matches,
                {{fmt::format("{} {} {}: {}", cut(field, longest_search_value), name(condition.op), shown(condition),
                              reason)}}};
    }
    static std::pair<bool, std::string_view> absent(const FilterCondition& condition) {
        const bool expected = condition.op == FilterOp::exists && condition.values == std::vector<FilterScalar>{false};
        return {expected || without_not(condition.op).second, "the value is not there"};
    }
    std::pair<bool, std::string_view> compared(const FilterCondition& condition, const std::string& field,
                                               const Scalar& fact) const {
        if (condition.values.empty()) return {false, "there is nothing to compare with"};
        const auto& value = condition.values.front();
        if (condition.op == FilterOp::exists) return {value == FilterScalar(true), "the value is there"};
        const auto [op, negated] = without_not(condition.op);
        const bool ignore_case = field == "email" || field == "email_domain";
        const auto given = op == FilterOp::in ? one_of(condition.values, fact, ignore_case)
                           : is_relative(op)  ? within(op, value, fact, now_)
                                              : answer(op, value, fact, ignore_case);
        const bool matches = (given == Answer::yes) != negated;
        return {matches, why(condition, given, matches)};
    }

    const Scalars& facts_;
    WallTime now_;
};

}  // namespace

Judgement judge(const Filter& filter, const Scalars& facts, WallTime now) {
    auto [matches, reasons] = Judge(facts, now).look_at(filter);
    auto because = fmt::format("{}", fmt::join(reasons.named, "; "));
    if (reasons.more > 0) because += fmt::format("; and {} more", reasons.more);
    return {matches, std::move(because)};
}

}  // namespace herald
