#include "adapters/webhook/client.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include "adapters/http/client_tls.hpp"
#include "adapters/http/connection.hpp"
#include "adapters/webhook/translate.hpp"

namespace herald::webhook {
namespace {

using boost::asio::ip::tcp;

constexpr std::size_t largest_body = 256UL * 1024;
constexpr std::size_t largest_answer = 64UL * 1024;
constexpr std::size_t longest_id = 128;

http::ClientOptions wire_options(const WebhookOptions& options) {
    http::ClientOptions out;
    out.connect = options.connect;
    out.tls = options.connect;
    out.header_limit = largest_answer;
    out.body_limit = largest_answer;
    out.body_matters = false;
    out.user_agent = "herald-webhooks";
    return out;
}

bool is_message_id(std::string_view id) {
    return !id.empty() && id.size() <= longest_id &&
           std::ranges::all_of(id, [](unsigned char c) { return c > ' ' && c <= '~'; });
}

Error rejected(std::string why) {
    return {Errc::content_rejected, std::move(why)};
}

Error about(const Target& target, Error error) {
    error.detail = fmt::format("{}: {}", target.endpoint.host, error.detail);
    return error;
}

http::Addresses with_port(const std::vector<Address>& addresses, const Target& target) {
    const auto port = static_cast<std::uint16_t>(std::stoul(target.endpoint.port));
    std::vector<tcp::endpoint> out;
    for (const auto& address : addresses) out.emplace_back(address, port);
    return http::Addresses::create(out.begin(), out.end(), target.endpoint.host, target.endpoint.port);
}

}  // namespace

WebhookClient::WebhookClient(boost::asio::any_io_executor loop, Clock& clock, Names& names, WebhookOptions options)
    : loop_(std::move(loop)),
      clock_(clock),
      names_(names),
      options_(std::move(options)),
      wire_(wire_options(options_)),
      tls_(http::client_tls(options_.ca_file)),
      turns_(clock, options_.turns) {}

std::optional<std::string> WebhookClient::refusal(const std::string& url) const {
    const auto target = parse_target(url);
    if (!target) return target.error().detail;
    return options_.policy.refusal(*target);
}

Task<Result<void>> WebhookClient::post(WebhookCall call, Deadline deadline) {
    const auto target = accept(call);
    if (!target) co_return target.error();
    const auto turn = co_await turns_.enter(target->place(), deadline);
    if (!turn) co_return about(*target, turn.error());
    const auto until = deadline.capped(clock_.now(), options_.total);
    const auto done = co_await attempt(call, *target, until);
    co_return done;
}

Result<Target> WebhookClient::accept(const WebhookCall& call) const {
    auto target = parse_target(call.url);
    if (!target) return target;
    if (auto why = options_.policy.refusal(*target)) return rejected(*std::move(why));
    if (call.body.size() > largest_body) return rejected(fmt::format("the body is larger than {} bytes", largest_body));
    if (call.is_signed && !can_sign()) return rejected("there is no secret to sign with");
    if (call.is_signed && !is_message_id(call.id)) return rejected("the id of the message cannot stand in a header");
    return target;
}

Task<Result<void>> WebhookClient::attempt(const WebhookCall& call, const Target& target, Deadline deadline) {
    const auto addresses = co_await checked_addresses(target, deadline);
    if (!addresses) co_return addresses.error();
    const auto endpoints = with_port(*addresses, target);
    const auto connection =
        http::make_connection(loop_, clock_, target.endpoint, wire_, target.endpoint.tls ? &tls_ : nullptr);
    const auto opened = co_await connection->open(endpoints, deadline);
    if (!opened) co_return translate(std::unexpected(opened.error()), target.endpoint.host, clock_.wall_now());
    const auto out = request(call, target);
    const auto outcome = co_await connection->round_trip(out, deadline);
    co_return translate(outcome, target.endpoint.host, clock_.wall_now());
}

// One that is not public among several that are is refused too: a name that leads inside is nobody's mistake.
Task<Result<std::vector<Address>>> WebhookClient::checked_addresses(const Target& target, Deadline deadline) {
    if (target.address) co_return std::vector{*target.address};  // accept() has looked at it
    const auto found = co_await names_.addresses(target.endpoint.host, deadline.capped(clock_.now(), options_.connect));
    if (!found) co_return about(target, found.error());
    for (const auto& address : *found)
        if (auto why = options_.policy.refusal(target, address)) co_return rejected(*std::move(why));
    co_return found;
}

http::Call WebhookClient::request(const WebhookCall& call, const Target& target) const {
    http::Call out{.method = "POST",
                   .target = target.target,
                   .headers = {{"Content-Type", "application/json"}, {"Connection", "close"}},
                   .body = call.body,
                   .safe_to_repeat = false};
    if (!call.is_signed) return out;
    const auto timestamp = timestamp_of(call.at);
    out.headers.emplace_back("webhook-id", call.id);
    out.headers.emplace_back("webhook-timestamp", timestamp);
    out.headers.emplace_back("webhook-signature", signatures(options_.keys, call.id, timestamp, call.body));
    return out;
}

}  // namespace herald::webhook
