#include "tests/intercom_sim/fault_effect.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "tests/intercom_sim/contact_id.hpp"
#include "tests/intercom_sim/reply.hpp"

namespace sim {

namespace json = boost::json;

namespace {

std::string gateway_page(int status, std::string_view text) {
    return fmt::format(
        "<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n<center><h1>{0} {1}</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
        status, text);
}

Reply html_reply(int status, std::string body) {
    return {.status = status, .body = std::move(body), .content_type = "text/html; charset=utf-8", .headers = {}};
}

Reply default_reply(int status) {
    switch (status) {
        case 502:
            return html_reply(status, gateway_page(status, "Bad Gateway"));
        case 504:
            return html_reply(status, gateway_page(status, "Gateway Time-out"));
        case 408:
            return error_reply(status, "request_timeout", "Request timed out");
        case 429:
            return error_reply(status, "rate_limit_exceeded", "Exceeded rate limit");
        case 500:
            return error_reply(status, "server_error", "Server error");
        case 503:
            return error_reply(status, "service_unavailable", "Sorry, the API service is temporarily unavailable");
        default:
            break;
    }
    if (status < 300) return {.status = status, .body = "{}", .headers = {}};
    return error_reply(status, "client_error", fmt::format("Scripted answer {}", status));
}

Reply status_reply(const FaultRule& rule) {
    if (!rule.body) {
        Reply reply = default_reply(rule.status);
        if (!rule.content_type.empty()) reply.content_type = rule.content_type;
        return reply;
    }
    const bool looks_html = rule.body->starts_with('<');
    std::string type = rule.content_type;
    if (type.empty()) type = looks_html ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
    return {.status = rule.status, .body = *rule.body, .content_type = std::move(type), .headers = {}};
}

void add_rule_headers(Reply& reply, const FaultRule& rule, std::int64_t now_ms) {
    reply.headers.insert(reply.headers.end(), rule.headers.begin(), rule.headers.end());
    if (rule.retry_after_date_s) {
        reply.headers.emplace_back("Retry-After", http_date(now_ms / 1000 + *rule.retry_after_date_s));
    }
}

// Every id that is written in digits becomes a number; contact ids are hexadecimal and stay.
void ids_to_numbers(json::value& value) {
    if (json::array* array = value.if_array()) {
        for (json::value& item : *array) ids_to_numbers(item);
        return;
    }
    json::object* object = value.if_object();
    if (!object) return;
    for (auto& member : *object) {
        json::value& held = member.value();
        const std::string_view key = member.key();
        const bool names_id = key == "id" || key.ends_with("_id");
        if (!names_id || !held.is_string()) {
            ids_to_numbers(held);
            continue;
        }
        const json::string& text = held.get_string();
        std::int64_t number{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc{} && end == text.data() + text.size()) held = number;
    }
}

}  // namespace

std::string http_date(std::int64_t unix_seconds) {
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t time = unix_seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days.at(static_cast<std::size_t>(parts.tm_wday)),
                       parts.tm_mday, months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900,
                       parts.tm_hour, parts.tm_min, parts.tm_sec);
}

Course course_of(const FaultRule* terminal) {
    using enum FaultAction;
    using End = Course::End;
    if (!terminal) return {};
    switch (terminal->action) {
        case status:
            return {.executes = terminal->commit,
                    .replaced = true,
                    .rate_headers = status_reply(*terminal).content_type.starts_with("application/json")};
        case html:
            return {.executes = terminal->commit, .replaced = true};
        case unauthorized:
            return {.executes = false, .replaced = true};
        case not_found:
        case gone:
            return {.executes = false, .replaced = true, .rate_headers = true};
        case commit_then_502:
            return {.replaced = true};
        case commit_then_rst:
            return {.end = End::rst};
        case commit_then_fin:
            return {.end = End::fin};
        case commit_then_stall:
            return {.end = End::stall};
        case commit_then_truncate:
            return {.end = End::truncate};
        case commit_then_garbage:
            return {.end = End::garbage};
        case rst_before_commit:
            return {.executes = false, .end = End::rst};
        case stall_before_commit:
            return {.executes = false, .end = End::stall};
        case close_idle:
            return {.executes = false, .end = terminal->rst ? End::rst : End::fin};
        case latency:
        case drip:
        case numeric_ids:
        case add_headers:
        case bad_length:
        case header_bomb:
        case continue_flood:
        case refuse:
            break;
    }
    return {};
}

Reply fault_reply(const FaultRule& rule, std::int64_t now_ms) {
    using enum FaultAction;
    switch (rule.action) {
        case unauthorized:
            return error_reply(401, "unauthorized", "Access Token Invalid");
        case not_found:
            return error_reply(404, "not_found", "User Not Found");
        case gone: {
            Reply reply = error_reply(410, "contact_merged",
                                      "This contact has been merged. See the 'Link' header for the canonical contact.");
            reply.headers.emplace_back("Link", fmt::format("</contacts/{}>; rel=\"canonical\"",
                                                           rule.into.empty() ? contact_id(0) : rule.into));
            return reply;
        }
        case commit_then_502:
            return default_reply(502);
        case html:
            return html_reply(200,
                              rule.body.value_or("<html><body><h1>Welcome</h1><p>Please sign in.</p></body></html>"));
        default:
            break;
    }
    Reply reply = status_reply(rule);
    add_rule_headers(reply, rule, now_ms);
    return reply;
}

void modify(Reply& reply, const FaultPlan& plan, std::int64_t now_ms) {
    for (const FaultRule* rule : plan.modifiers()) {
        if (rule->action == FaultAction::add_headers) {
            add_rule_headers(reply, *rule, now_ms);
        }
        if (rule->action != FaultAction::numeric_ids || !reply.content_type.starts_with("application/json")) continue;
        json::value body = json::parse(reply.body);
        ids_to_numbers(body);
        reply.body = json::serialize(body);
    }
}

}  // namespace sim
