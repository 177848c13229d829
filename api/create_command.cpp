#include "api/create_command.hpp"

#include <utility>

#include "api/campaign_body.hpp"
#include "api/digest.hpp"
#include "api/json/parse.hpp"
#include "api/launch_terms.hpp"

namespace herald::api {
namespace {

template <class T>
std::optional<std::string> text_of(std::optional<T>&& text) {
    if (!text) return {};
    return std::move(text->value);
}

Body body_of(CampaignBody& body) {
    if (body.body_html) return {Body::Format::html, std::move(body.body_html->value)};
    return {Body::Format::text, std::move(body.body_text->value)};
}

Sender sender_of(CampaignBody& body, std::optional<std::int64_t> default_admin) {
    if (!body.sender) return {.admin_id = default_admin, .email = {}, .verified = false};
    return {.admin_id = body.sender->admin_id, .email = text_of(std::move(body.sender->email)), .verified = false};
}

Campaign campaign_of(CampaignBody& body, std::optional<std::int64_t> default_admin) {
    Campaign out;
    out.name = std::move(body.name.value);
    out.channel = body.channel;
    out.template_type = Names<TemplateType>::name(body.template_type);
    out.subject = text_of(std::move(body.subject));
    out.body = body_of(body);
    out.style = body.style.value_or(Style::plain);
    out.sender = sender_of(body, default_admin);
    if (body.variables) out.variables = std::move(body.variables->values);
    out.track_event = body.track_event.value_or(body.channel == Channel::email);
    if (body.max_per_minute) out.max_per_minute = body.max_per_minute->value;
    out.client_ref = text_of(std::move(body.client_ref));
    if (body.metadata) out.metadata = std::move(body.metadata->values);
    out.created_by = text_of(std::move(body.created_by));
    out.create_missing_contacts = body.create_missing_contacts.value_or(false);
    return out;
}

std::vector<Recipient> audience_of(std::optional<AudienceBody>& body) {
    std::vector<Recipient> out;
    if (!body || !body->contacts) return out;
    out.reserve(body->contacts->values.size());
    for (auto& contact : body->contacts->values) out.push_back(recipient_of(std::move(contact)));
    return out;
}

std::vector<AudienceSource> sources_of(const std::optional<AudienceBody>& body) {
    std::vector<AudienceSource> out;
    if (body && body->segment_id) out.push_back({.query = SegmentId{body->segment_id->value}});
    if (body && body->filter) out.push_back({.query = body->filter->filter});
    return out;
}

template <class Body>
FieldErrors mistakes_in(const boost::json::value& value) {
    Decoder decoder;
    Body body;
    decode(decoder, value, body);
    return decoder.take();
}

}  // namespace

CreateCommand read_creation(Decoder& decoder, const boost::json::value& value,
                            std::optional<std::int64_t> default_admin, const TimeZones& zones) {
    CampaignBody parsed;
    decode(decoder, value, parsed);
    if (value.is_object() && !parsed.sender && !decoder.failed("sender") && !default_admin)
        decoder.fail_at("sender", FieldCode::sender_missing,
                        "name a sender, or set INTERCOM_SENDER_ADMIN_ID for this service");
    CreateCommand command;
    command.terms =
        read_terms(decoder, {"scheduled_at", parsed.scheduled_at, parsed.time_zone, parsed.expires_at}, zones);
    if (!decoder.clean()) return command;
    command.campaign = campaign_of(parsed, default_admin);
    command.campaign.scheduled_at = command.terms.at;
    command.campaign.time_zone = command.terms.time_zone;
    command.campaign.expires_at = command.terms.expires_at;
    command.campaign.sources = sources_of(parsed.audience);
    command.audience = audience_of(parsed.audience);
    if (parsed.audience) command.filter = std::move(parsed.audience->filter);
    command.sender_named = parsed.sender.has_value();
    command.launch = parsed.launch.value_or(false);
    return command;
}

std::expected<CreateCommand, std::string> read_create_command(std::string_view body, std::string_view method,
                                                              std::string_view path,
                                                              std::optional<std::int64_t> default_admin,
                                                              const TimeZones& zones) {
    const auto value = parse_json(body);
    if (!value) return std::unexpected(value.error());
    Decoder decoder;
    auto command = read_creation(decoder, *value, default_admin, zones);
    command.errors = decoder.take();
    command.body_hash = Sha256().add_json(*value).hex();
    command.request_hash = request_hash(method, path, *value);
    return command;
}

std::expected<LaunchCommand, std::string> read_launch_command(std::string_view body, std::string_view method,
                                                              std::string_view path, const TimeZones& zones) {
    const auto value = parse_json(body.empty() ? "{}" : body);
    if (!value) return std::unexpected(value.error());
    Decoder decoder;
    LaunchBody parsed;
    decode(decoder, *value, parsed);
    auto terms = read_terms(decoder, {"at", parsed.at, parsed.time_zone, parsed.expires_at}, zones);
    return LaunchCommand{request_hash(method, path, *value), decoder.take(), std::move(terms)};
}

FieldErrors untimely(std::string_view at_name, const LaunchTerms& terms, WallTime now) {
    Decoder decoder;
    check_terms(decoder, at_name, terms, now);
    return decoder.take();
}

std::expected<ActionCommand, std::string> read_action_command(std::string_view body, std::string_view method,
                                                              std::string_view path) {
    const auto value = parse_json(body.empty() ? "{}" : body);
    if (!value) return std::unexpected(value.error());
    return ActionCommand{request_hash(method, path, *value), mistakes_in<EmptyBody>(*value)};
}

std::expected<RetryCommand, std::string> read_retry_command(std::string_view body, std::string_view method,
                                                            std::string_view path) {
    const auto value = parse_json(body.empty() ? "{}" : body);
    if (!value) return std::unexpected(value.error());
    Decoder decoder;
    RetryBody parsed;
    decode(decoder, *value, parsed);
    RetryCommand command{request_hash(method, path, *value), decoder.take(), {}};
    for (const auto retried : parsed.states.values) command.states.push_back(state_of(retried));
    return command;
}

}  // namespace herald::api
