#include "domain/filter/comparison.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "domain/core/timestamp.hpp"

namespace herald {
namespace {

std::partial_ordering compare(std::int64_t a, double b) {
    constexpr double beyond = 0x1p63;
    if (std::isnan(b)) return std::partial_ordering::unordered;
    if (b >= beyond) return std::partial_ordering::less;
    if (b < -beyond) return std::partial_ordering::greater;
    const auto whole = static_cast<std::int64_t>(b);
    if (a != whole) return a <=> whole;
    return 0.0 <=> (b - static_cast<double>(whole));
}

template <class T>
std::optional<T> whole_text(std::string_view text) {
    T out{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return out;
}

std::optional<Number> number_of(std::string_view text) {
    if (const auto integer = whole_text<std::int64_t>(text)) return *integer;
    if (const auto fraction = whole_text<double>(text)) {
        if (!std::isfinite(*fraction)) return {};  // "nan" and "inf" are texts
        return *fraction;
    }
    const auto time = parse_timestamp(text);
    const auto instant = time ? time->instant() : std::nullopt;
    if (!instant) return {};
    const auto whole = std::chrono::floor<seconds>(*instant);
    if (whole == *instant) return std::int64_t{whole.time_since_epoch().count()};
    return static_cast<double>(instant->time_since_epoch().count()) / 1'000;
}

bool holds(FilterOp op, std::partial_ordering order) {
    switch (op) {
        case FilterOp::gt:
            return order > 0;
        case FilterOp::gte:
            return order >= 0;
        case FilterOp::lt:
            return order < 0;
        case FilterOp::lte:
            return order <= 0;
        default:
            return order == 0;
    }
}

bool holds(FilterOp op, std::string_view text, std::string_view fact) {
    switch (op) {
        case FilterOp::contains:
            return fact.contains(text);
        case FilterOp::starts_with:
            return fact.starts_with(text);
        case FilterOp::ends_with:
            return fact.ends_with(text);
        default:
            return fact == text;
    }
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

Answer as_answer(bool yes) {
    return yes ? Answer::yes : Answer::no;
}

}  // namespace

std::partial_ordering compare(const Number& a, const Number& b) {
    const auto* whole_a = std::get_if<std::int64_t>(&a);
    const auto* whole_b = std::get_if<std::int64_t>(&b);
    if (whole_a != nullptr && whole_b != nullptr) return *whole_a <=> *whole_b;
    if (whole_a != nullptr) return compare(*whole_a, std::get<double>(b));
    if (whole_b != nullptr) return 0 <=> compare(*whole_b, std::get<double>(a));
    return std::get<double>(a) <=> std::get<double>(b);
}

std::optional<Number> number_in(const Scalar& fact) {
    if (const auto* integer = std::get_if<std::int64_t>(&fact)) return *integer;
    if (const auto* fraction = std::get_if<double>(&fact)) return *fraction;
    if (const auto* text = std::get_if<std::string>(&fact)) return number_of(*text);
    return {};
}

std::optional<bool> flag_in(const Scalar& fact) {
    if (const auto* flag = std::get_if<bool>(&fact)) return *flag;
    const auto* text = std::get_if<std::string>(&fact);
    if (text == nullptr || (*text != "true" && *text != "false")) return {};
    return *text == "true";
}

Answer answer(FilterOp op, const FilterScalar& value, const Scalar& fact, bool ignore_case) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        const auto* held = std::get_if<std::string>(&fact);
        if (held == nullptr || compares_order(op)) return Answer::incomparable;
        return as_answer(ignore_case ? holds(op, lower(*text), lower(*held)) : holds(op, *text, *held));
    }
    if (looks_inside(op)) return Answer::incomparable;
    if (const auto* flag = std::get_if<bool>(&value)) {
        const auto held = flag_in(fact);
        return held && op == FilterOp::eq ? as_answer(*held == *flag) : Answer::incomparable;
    }
    const auto held = number_in(fact);
    if (!held) return Answer::incomparable;
    const auto* integer = std::get_if<std::int64_t>(&value);
    return as_answer(
        holds(op, compare(*held, integer != nullptr ? Number(*integer) : Number(std::get<double>(value)))));
}

}  // namespace herald
