#include "adapters/store/sqlite/rows.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "adapters/store/sqlite/audience_sources.hpp"

namespace herald::sqlite {
namespace {

namespace json = boost::json;

json::object to_object(const std::map<std::string, std::string>& values) {
    json::object object(values.size());
    for (const auto& [key, value] : values) object.emplace(key, value);
    return object;
}

std::map<std::string, std::string> to_map(const json::object& object) {
    std::map<std::string, std::string> values;
    for (const auto& [key, value] : object)
        if (value.is_string()) values.emplace(key, std::string(value.get_string()));
    return values;
}

json::object parse_object(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (error || !value.is_object()) throw SQLite::Exception("a stored value is not a JSON object");
    return std::move(value.get_object());
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::string> optional_text_of(const json::object& object, std::string_view key) {
    if (!object.contains(key)) return {};
    return text_of(object, key);
}

bool flag_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

// Unix seconds in the order of all_contact_dates, 0 for what is not there: their names would be most of a row.
json::array to_array(const ContactDates& dates) {
    json::array out;
    for (const auto date : all_contact_dates) {
        const auto at = dates.get(date);
        out.push_back(at ? std::chrono::floor<seconds>(*at).time_since_epoch().count() : 0);
    }
    return out;
}

// A row of an earlier release has none, or fewer.
ContactDates dates_of(const json::object& object) {
    ContactDates out;
    const auto* given = object.if_contains("dates");
    if (given == nullptr || !given->is_array()) return out;
    const auto& values = given->get_array();
    for (std::size_t i = 0; i < std::min(values.size(), all_contact_dates.size()); ++i)
        if (const auto* at = values[i].if_int64(); at != nullptr && *at != 0)
            out.set(all_contact_dates[i], WallTime{seconds{*at}});
    return out;
}

}  // namespace

std::string to_text(const std::map<std::string, std::string>& values) {
    return values.empty() ? std::string() : json::serialize(to_object(values));
}

std::map<std::string, std::string> to_map(const std::string& text) {
    if (text.empty()) return {};
    return to_map(parse_object(text));
}

std::string to_text(const Contact& contact) {
    json::object object{{"id", contact.id.value}, {"role", contact.role == ContactRole::lead ? "lead" : "user"}};
    if (contact.external_id) object["external_id"] = *contact.external_id;
    if (contact.email) object["email"] = *contact.email;
    const auto flag = [&](std::string_view key, bool value) {
        if (value) object[key] = true;
    };
    flag("unsubscribed", contact.unsubscribed_from_emails);
    flag("bounced", contact.hard_bounced);
    flag("spam", contact.marked_email_as_spam);
    flag("archived", contact.archived);
    flag("blocked", contact.blocked);
    if (contact.dates != ContactDates{}) object["dates"] = to_array(contact.dates);
    if (!contact.attributes.empty()) object["attributes"] = to_object(contact.attributes);
    return json::serialize(object);
}

std::optional<Contact> to_contact(const std::string& text) {
    const auto object = parse_object(text);
    Contact contact;
    contact.id.value = text_of(object, "id");
    contact.role = text_of(object, "role") == "lead" ? ContactRole::lead : ContactRole::user;
    contact.external_id = optional_text_of(object, "external_id");
    contact.email = optional_text_of(object, "email");
    contact.unsubscribed_from_emails = flag_of(object, "unsubscribed");
    contact.hard_bounced = flag_of(object, "bounced");
    contact.marked_email_as_spam = flag_of(object, "spam");
    contact.archived = flag_of(object, "archived");
    contact.blocked = flag_of(object, "blocked");
    contact.dates = dates_of(object);
    if (const auto* attributes = object.if_contains("attributes"); attributes != nullptr && attributes->is_object())
        contact.attributes = to_map(attributes->get_object());
    return contact;
}

std::string to_text(const AuditDetails& details) {
    json::object object(details.size());
    for (const auto& [key, value] : details) std::visit([&](const auto& plain) { object.emplace(key, plain); }, value);
    return json::serialize(object);
}

std::optional<AuditDetails> to_details(const std::string& text) {
    boost::system::error_code error;
    json::parse_options options;
    options.allow_invalid_utf8 = true;  // as we write it
    const auto parsed = json::parse(text, error, {}, options);
    if (error || !parsed.is_object()) return {};
    AuditDetails details;
    for (const auto& [key, value] : parsed.get_object()) {
        if (const auto* plain = value.if_string())
            details.emplace(key, std::string(*plain));
        else if (const auto* number = value.if_int64())
            details.emplace(key, *number);
        else if (const auto* flag = value.if_bool())
            details.emplace(key, *flag);
        else
            return {};
    }
    if (to_text(details) != text) return {};
    return details;
}

ContactRef to_ref(std::string kind, std::string value) {
    return {contact_ref_kind(kind).value_or(ContactRef::Kind::id), std::move(value)};
}

const std::string& select_campaigns() {
    static const std::string sql = [] {
        std::string counts;
        for (const auto state : all_delivery_states) counts += fmt::format("k.{}, ", name(state));
        return "SELECT c.id, c.workspace, c.name, c.channel, c.template_type, c.subject, c.body_format, c.body, "
               "c.style, "
               "c.admin_id, c.sender_email, c.sender_verified, c.variables, c.track_event, c.client_ref, c.metadata, "
               "c.created_by, c.state, c.paused_for, c.created_at, c.scheduled_at, c.time_zone, "
               "c.expires_at, c.launched_at, c.finished_at, c.version, c.max_per_minute, c.create_missing_contacts, "
               "c.number, " +
               counts +
               "k.events_queued, k.events_tracked, k.events_failed "
               "FROM campaigns c JOIN campaign_counts k ON k.campaign = c.number ";
    }();
    return sql;
}

Campaign to_campaign(Connection& connection, const Query& row) {
    int column = 0;
    const auto next = [&column] { return column++; };
    Campaign c;
    c.id.value = row.text(next());
    c.workspace.value = row.text(next());
    c.name = row.text(next());
    c.channel = row.text(next()) == name(Channel::email) ? Channel::email : Channel::in_app;
    c.template_type = row.text(next());
    c.subject = row.optional_text(next());
    c.body.format = row.text(next()) == "html" ? Body::Format::html : Body::Format::text;
    c.body.content = row.text(next());
    c.style = row.text(next()) == name(Style::plain) ? Style::plain : Style::personal;
    c.sender.admin_id = row.optional_integer(next());
    c.sender.email = row.optional_text(next());
    c.sender.verified = row.boolean(next());
    c.variables = to_map(row.text(next()));
    c.track_event = row.boolean(next());
    c.client_ref = row.optional_text(next());
    c.metadata = to_map(row.text(next()));
    c.created_by = row.optional_text(next());
    c.state = campaign_state(row.text(next())).value_or(CampaignState::draft);
    if (const auto reason = row.optional_text(next())) c.paused_for = pause_reason(*reason);
    c.created_at = row.time(next());
    c.scheduled_at = row.optional_time(next());
    c.time_zone = row.optional_text(next());
    c.expires_at = row.optional_time(next());
    c.launched_at = row.optional_time(next());
    c.finished_at = row.optional_time(next());
    c.version = row.integer(next());
    c.max_per_minute = row.optional_integer(next());
    c.create_missing_contacts = row.boolean(next());
    c.sources = sources_of(connection, row.integer(next()));
    for (const auto state : all_delivery_states) c.counts[state] = row.integer(next());
    c.events.queued = row.integer(next());
    c.events.tracked = row.integer(next());
    c.events.failed = row.integer(next());
    return c;
}

std::optional<Campaign> find_campaign(Connection& connection, const WorkspaceId& workspace, const CampaignId& id) {
    static const std::string sql = select_campaigns() + "WHERE c.id = ?2 AND c.workspace = ?1";
    auto row = connection.query(sql);
    if (!row.with(workspace, id).next()) return {};
    return to_campaign(connection, row);
}

std::optional<std::int64_t> campaign_number(Connection& connection, const WorkspaceId& workspace,
                                            const CampaignId& id) {
    auto row = connection.query("SELECT number FROM campaigns WHERE id = ?2 AND workspace = ?1");
    if (!row.with(workspace, id).next()) return {};
    return row.integer(0);
}

std::int64_t insert_campaign(Connection& connection, const Campaign& c, const std::string& body_hash) {
    auto row = connection.query(
        "INSERT INTO campaigns (id, workspace, name, channel, template_type, subject, body_format, body, style, "
        "admin_id, sender_email, sender_verified, variables, track_event, client_ref, body_hash, metadata, created_by, "
        "state, created_at, launched_at, version, scheduled_at, time_zone, expires_at, create_missing_contacts, "
        "max_per_minute) VALUES "
        "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, "
        "?23, ?24, ?25, ?26, ?27) "
        "RETURNING number");
    row.with(c.id, c.workspace, c.name, name(c.channel), c.template_type, c.subject,
             c.body.format == Body::Format::html ? "html" : "text", c.body.content, name(c.style), c.sender.admin_id,
             c.sender.email, c.sender.verified, to_text(c.variables), c.track_event, c.client_ref, body_hash,
             to_text(c.metadata), c.created_by, name(c.state), c.created_at, c.launched_at, c.version, c.scheduled_at,
             c.time_zone, c.expires_at, c.create_missing_contacts, c.max_per_minute);
    if (!row.next()) throw SQLite::Exception("a campaign was not stored");
    const auto number = row.integer(0);
    connection.query("INSERT INTO campaign_counts (campaign, workspace) VALUES (?1, ?2)")
        .with(number, c.workspace)
        .run();
    return number;
}

}  // namespace herald::sqlite
