#include "tests/intercom_sim/fault_rule.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "tests/intercom_sim/router.hpp"

namespace sim {

namespace json = boost::json;

namespace {

struct Known {
    FaultAction action;
    std::string_view name;
    std::set<std::string_view> params;
};

const std::vector<Known>& known_actions() {
    using enum FaultAction;
    static const std::vector<Known> all{
        {status, "status", {"status", "body", "content_type", "headers", "retry_after", "retry_after_date", "commit"}},
        {html, "html", {"body", "commit"}},
        {unauthorized, "unauthorized", {}},
        {not_found, "not_found", {}},
        {gone, "gone", {"into"}},
        {commit_then_502, "commit_then_502", {}},
        {commit_then_rst, "commit_then_rst", {}},
        {commit_then_fin, "commit_then_fin", {}},
        {commit_then_stall, "commit_then_stall", {"seconds"}},
        {commit_then_truncate, "commit_then_truncate", {}},
        {commit_then_garbage, "commit_then_garbage", {}},
        {rst_before_commit, "rst_before_commit", {}},
        {stall_before_commit, "stall_before_commit", {"seconds"}},
        {close_idle, "close_idle", {"how"}},
        {latency, "latency", {"ms", "when"}},
        {drip, "drip", {"bytes", "every_ms"}},
        {numeric_ids, "numeric_ids", {}},
        {add_headers, "add_headers", {"headers", "retry_after", "retry_after_date", "if_status"}},
        {bad_length, "bad_length", {"bytes"}},
        {header_bomb, "header_bomb", {"amount"}},
        {continue_flood, "continue_flood", {"amount"}},
        {refuse, "refuse", {}}};
    return all;
}

const std::set<std::string_view> common_params{"match", "p", "after", "count", "at", "for", "do"};

class Wrong : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

double number(const json::value& value, double least, double most) {
    if (!value.is_number()) throw Wrong("must be a number");
    const double result = value.to_number<double>();
    if (!(result >= least && result <= most)) throw Wrong(fmt::format("must be between {} and {}", least, most));
    return result;
}

template <class Integer>
Integer integer(const json::value& value, Integer least, Integer most) {
    if (!value.is_int64() && !value.is_uint64()) throw Wrong("must be an integer");
    boost::system::error_code error;
    const auto result = value.to_number<Integer>(error);
    if (error || result < least || result > most) throw Wrong(fmt::format("must be between {} and {}", least, most));
    return result;
}

std::string text(const json::value& value) {
    if (!value.is_string()) throw Wrong("must be a string");
    return std::string(value.get_string());
}

bool boolean(const json::value& value) {
    if (!value.is_bool()) throw Wrong("must be true or false");
    return value.get_bool();
}

bool choice(const json::value& value, std::string_view no, std::string_view yes) {
    const std::string chosen = text(value);
    if (chosen != no && chosen != yes) throw Wrong(fmt::format("must be {} or {}", no, yes));
    return chosen == yes;
}

void read_match(FaultRule& rule, std::string_view pattern) {
    const std::size_t space = pattern.find(' ');
    if (space != std::string_view::npos) {
        rule.method = pattern.substr(0, space);
        pattern.remove_prefix(space + 1);
        static constexpr std::array methods{"GET", "POST", "PUT", "DELETE", "*"};
        if (std::ranges::find(methods, rule.method) == methods.end()) throw Wrong("begins with an unknown method");
        if (rule.method == "*") rule.method.clear();
    }
    if (!pattern.empty() && pattern.front() != '/' && pattern != "*") throw Wrong("needs a path that begins with /");
    const std::string normal = normal_template(pattern);
    rule.prefix = std::ranges::none_of(routes(), [&](const Route& r) { return normal_template(r.path) == normal; });
    rule.path = rule.prefix ? std::string(pattern) : normal;
    if (rule.prefix && rule.path.ends_with('*')) rule.path.pop_back();
    if (rule.prefix && rule.path.contains('{')) throw Wrong("is no operation of the API");
}

void read_latency(FaultRule& rule, const json::value& value) {
    constexpr std::int64_t most = 3'600'000;
    if (!value.is_array()) {
        rule.min_ms = rule.max_ms = integer<std::int64_t>(value, 0, most);
        return;
    }
    if (value.get_array().size() != 2) throw Wrong("must be a number or [min, max]");
    rule.min_ms = integer<std::int64_t>(value.get_array()[0], 0, most);
    rule.max_ms = integer<std::int64_t>(value.get_array()[1], rule.min_ms, most);
}

void read_headers(FaultRule& rule, const json::value& value) {
    if (!value.is_object()) throw Wrong("must be an object");
    for (const auto& [name, content] : value.get_object()) rule.headers.emplace_back(std::string(name), text(content));
}

void read_retry_after(FaultRule& rule, const json::value& value) {
    rule.headers.emplace_back(
        "Retry-After", value.is_string() ? text(value) : std::to_string(integer<std::int64_t>(value, -1, 86400)));
}

void read_body(FaultRule& rule, const json::value& value) {
    rule.body = value.is_string() ? text(value) : json::serialize(value);
    if (!value.is_string() && rule.content_type.empty()) rule.content_type = "application/json; charset=utf-8";
}

using Reader = std::function<void(FaultRule&, const json::value&)>;

const std::map<std::string_view, Reader>& readers() {
    using R = FaultRule&;
    using V = const json::value&;
    constexpr auto whole = std::numeric_limits<std::uint64_t>::max();
    constexpr double forever = 1e9;
    static const std::map<std::string_view, Reader> all{
        {"match", [](R rule, V v) { read_match(rule, text(v)); }},
        {"p", [](R rule, V v) { rule.p = number(v, 0, 1); }},
        {"after", [](R rule, V v) { rule.after = integer<std::uint64_t>(v, 0, whole); }},
        {"count", [](R rule, V v) { rule.count = integer<std::uint64_t>(v, 0, whole); }},
        {"at", [](R rule, V v) { rule.at_s = number(v, 0, forever); }},
        {"for", [](R rule, V v) { rule.for_s = number(v, 0, forever); }},
        {"do", [](R, V) {}},
        {"status", [](R rule, V v) { rule.status = integer<int>(v, 200, 599); }},
        {"body", read_body},
        {"content_type", [](R rule, V v) { rule.content_type = text(v); }},
        {"headers", read_headers},
        {"retry_after", read_retry_after},
        {"retry_after_date", [](R rule, V v) { rule.retry_after_date_s = integer<std::int64_t>(v, -86400, 86400); }},
        {"commit", [](R rule, V v) { rule.commit = boolean(v); }},
        {"if_status", [](R rule, V v) { rule.if_status = integer<int>(v, 200, 599); }},
        {"into", [](R rule, V v) { rule.into = text(v); }},
        {"ms", read_latency},
        {"when", [](R rule, V v) { rule.delay_before = choice(v, "after", "before"); }},
        {"seconds", [](R rule, V v) { rule.seconds = number(v, 0, 86400); }},
        {"bytes", [](R rule, V v) { rule.bytes = integer<std::int64_t>(v, 1, 1 << 20); }},
        {"every_ms", [](R rule, V v) { rule.every_ms = integer<std::int64_t>(v, 0, 60'000); }},
        {"how", [](R rule, V v) { rule.rst = choice(v, "fin", "rst"); }},
        {"amount", [](R rule, V v) { rule.amount = integer<std::int64_t>(v, 1, 100'000); }},
    };
    return all;
}

FaultRule parse_rule(const json::value& given) {
    if (!given.is_object()) throw Wrong("is not an object");
    const json::object& object = given.get_object();
    const json::value* what = object.if_contains("do");
    const auto known =
        std::ranges::find(known_actions(), what && what->is_string() ? text(*what) : std::string(), &Known::name);
    if (known == known_actions().end()) throw Wrong("\"do\" names no known action");
    FaultRule rule;
    rule.action = known->action;
    for (const auto& [key, value] : object) {
        const std::string_view name(key);
        if (!common_params.contains(name) && !known->params.contains(name)) {
            throw Wrong(fmt::format("\"{}\" is not a parameter of {}", name, known->name));
        }
        try {
            readers().at(name)(rule, value);
        } catch (const Wrong& wrong) {
            throw Wrong(fmt::format("\"{}\" {}", name, wrong.what()));
        }
    }
    if (rule.action == FaultAction::status && rule.status == 0) throw Wrong("\"status\" is missing");
    if (rule.action == FaultAction::latency && !object.contains("ms")) throw Wrong("\"ms\" is missing");
    return rule;
}

}  // namespace

bool is_modifier(FaultAction action) {
    return action >= FaultAction::latency && action != FaultAction::refuse;
}

std::string_view action_name(FaultAction action) {
    return std::ranges::find(known_actions(), action, &Known::action)->name;
}

std::string normal_template(std::string_view path) {
    std::string result;
    bool inside = false;
    for (const char c : path) {
        if (c == '}') inside = false;
        if (!inside) result.push_back(c);
        if (c == '{') inside = true;
    }
    return result;
}

std::expected<std::vector<FaultRule>, std::string> parse_faults(const json::value& script) {
    const json::value* list = &script;
    if (const json::object* object = script.if_object()) {
        list = object->if_contains("rules");
        if (!list || object->size() != 1) return std::unexpected("a fault script is a list or {\"rules\": [...]}");
    }
    if (!list->is_array()) return std::unexpected("a fault script is a list or {\"rules\": [...]}");
    std::vector<FaultRule> rules;
    for (const json::value& given : list->get_array()) {
        try {
            rules.push_back(parse_rule(given));
        } catch (const Wrong& wrong) {
            return std::unexpected(fmt::format("fault rule {}: {}", rules.size() + 1, wrong.what()));
        }
    }
    return rules;
}

std::expected<std::vector<FaultRule>, std::string> parse_fault_text(std::string_view text) {
    boost::system::error_code error;
    const json::value script = json::parse(text, error);
    if (error) return std::unexpected(fmt::format("the fault script is not JSON: {}", error.message()));
    return parse_faults(script);
}

}  // namespace sim
