#include "api/draft_patch.hpp"

#include <utility>

#include <fmt/format.h>

#include "api/campaign_body.hpp"
#include "api/create_command.hpp"
#include "api/digest.hpp"
#include "api/json/decoder.hpp"
#include "api/json/encode.hpp"
#include "api/json/parse.hpp"
#include "api/launch_terms.hpp"

namespace herald::api {
namespace {

namespace json = boost::json;

struct Fixed {
    std::string_view member;
    std::string_view why;
};
// What a creation takes and a patch does not.
constexpr Fixed fixed[] = {
    {"audience", "the audience of a draft grows by uploads; for another one delete the draft and create it again"},
    {"client_ref", "it makes the creation safe to repeat, so it stays what it was"},
    {"launch", "launch the campaign with POST /v1/campaigns/{id}/launch"},
    {"scheduled_at", "schedule the campaign with POST /v1/campaigns/{id}/launch and `at`"},
};

json::object sender_of(const Sender& sender) {
    if (sender.email) return {{"email", *sender.email}};
    if (sender.admin_id) return {{"admin_id", *sender.admin_id}};
    return {};
}

}  // namespace

void merge_patch(json::value& target, const json::value& patch) {
    const auto* changes = patch.if_object();
    if (changes == nullptr) {
        target = patch;
        return;
    }
    if (!target.is_object()) target = json::object();
    auto& object = target.get_object();
    for (const auto& [key, value] : *changes) {
        if (value.is_null())
            object.erase(key);
        else
            merge_patch(object[key], value);
    }
}

json::object creation_of(const Campaign& campaign) {
    json::object out{{"name", campaign.name},
                     {"channel", std::string(name(campaign.channel))},
                     {"template_type", campaign.template_type},
                     {campaign.body.format == Body::Format::html ? "body_html" : "body_text", campaign.body.content}};
    if (campaign.subject) out["subject"] = *campaign.subject;
    if (campaign.style != Style::plain) out["style"] = std::string(name(campaign.style));
    if (auto sender = sender_of(campaign.sender); !sender.empty()) out["sender"] = std::move(sender);
    if (!campaign.variables.empty()) out["variables"] = encode(campaign.variables);
    if (campaign.track_event != (campaign.channel == Channel::email)) out["track_event"] = campaign.track_event;
    if (campaign.max_per_minute) out["max_per_minute"] = *campaign.max_per_minute;
    if (!campaign.metadata.empty()) out["metadata"] = encode(campaign.metadata);
    if (campaign.created_by) out["created_by"] = *campaign.created_by;
    if (campaign.create_missing_contacts) out["create_missing_contacts"] = true;
    if (campaign.expires_at) out["expires_at"] = to_rfc3339(*campaign.expires_at);
    return out;
}

std::expected<PatchRequest, std::string> read_patch(std::string_view body, std::string_view method,
                                                    std::string_view path) {
    auto value = parse_json(body);
    if (!value) return std::unexpected(value.error());
    auto hash = Sha256().add(method).add(path).add_json(*value).hex();
    return PatchRequest{std::move(*value), std::move(hash)};
}

Patched patched(const Campaign& draft, const json::value& patch, std::optional<std::int64_t> default_admin,
                const TimeZones& zones, WallTime now) {
    Patched out;
    Decoder decoder;
    if (!patch.is_object()) {
        decoder.wrong_type("an object", patch);
        out.errors = decoder.take();
        return out;
    }
    auto changes = patch.get_object();
    for (const auto& [member, why] : fixed)
        if (changes.erase(member) > 0) decoder.fail_at(member, FieldCode::not_allowed, std::string(why));
    json::value creation = creation_of(draft);
    // A sender is a name, not a document: another one replaces it whole.
    out.sender_changed = changes.contains("sender");
    out.sender_removed = out.sender_changed && changes.at("sender").is_null();
    if (out.sender_changed) creation.get_object().erase("sender");
    merge_patch(creation, changes);
    auto command = read_creation(decoder, creation, default_admin, zones);
    const bool times_changed = changes.contains("expires_at");
    if (times_changed) check_terms(decoder, "scheduled_at", command.terms, now);
    out.errors = decoder.take();
    if (!out.errors.empty()) return out;

    out.campaign = std::move(command.campaign);
    if (!out.sender_changed) out.campaign.sender = draft.sender;
    if (!times_changed) out.campaign.time_zone = draft.time_zone;
    out.campaign.id = draft.id;
    out.campaign.workspace = draft.workspace;
    out.campaign.client_ref = draft.client_ref;
    return out;
}

PacePatch read_pace(const Campaign& campaign, const json::value& patch) {
    PacePatch out;
    const auto* changes = patch.if_object();
    if (changes != nullptr)
        for (const auto& [member, value] : *changes)
            if (member != "max_per_minute")
                out.beyond += fmt::format("{}{}", out.beyond.empty() ? "" : ", ", std::string_view(member));
    if (!out.beyond.empty()) return out;
    Decoder decoder;
    PaceOnlyBody body;
    decode(decoder, patch, body);
    out.errors = decoder.take();
    if (changes != nullptr && changes->empty())
        out.max_per_minute = campaign.max_per_minute;
    else if (body.max_per_minute)
        out.max_per_minute = body.max_per_minute->value;
    return out;
}

}  // namespace herald::api
