#include "tests/intercom_sim/contact_json.hpp"

#include <fmt/format.h>

namespace sim {

namespace json = boost::json;

namespace {

constexpr std::size_t most_embedded = 10;

// Tags, notes and companies inside a contact: ten at most, then has_more and the url of all.
json::object embedded(std::string_view id, std::string_view what, json::array data, std::size_t total) {
    return {{"type", "list"},
            {"data", std::move(data)},
            {"url", fmt::format("/contacts/{}/{}", id, what)},
            {"total_count", total},
            {"has_more", total > most_embedded}};
}

json::object tags_of(const World& world, const std::string& id, const Contact& contact) {
    json::array data;
    std::size_t total = 0;
    for (const auto& [tag, applied_at] : contact.more().tags) {
        if (!world.tags.alive(tag)) continue;
        if (++total > most_embedded) continue;
        const std::string tag_id = Tags::id(tag);
        data.push_back(json::object{{"type", "tag"}, {"id", tag_id}, {"url", "/tags/" + tag_id}});
    }
    return embedded(id, "tags", std::move(data), total);
}

json::object notes_of(const World& world, const std::string& id, const Contact& contact) {
    json::array data;
    const std::vector<std::uint32_t>& notes = contact.more().notes;
    for (const std::uint32_t note : notes) {
        if (data.size() == most_embedded) break;
        const std::string& note_id = world.notes[note].id;
        data.push_back(json::object{{"type", "note"}, {"id", note_id}, {"url", "/notes/" + note_id}});
    }
    return embedded(id, "notes", std::move(data), notes.size());
}

json::array merge_history(const Contact& contact) {
    json::array history;
    for (const Merge& merge : contact.more().merges) {
        history.push_back(json::object{{"type", "merge_history_item"},
                                       {"source_contact_id", contact_id(merge.source)},
                                       {"source_contact_role", role_name(merge.role)},
                                       {"merged_at", merge.at}});
    }
    return history;
}

}  // namespace

json::value text_or_null(std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}
json::value time_or_null(std::int64_t time) {
    return time == 0 ? json::value(nullptr) : json::value(time);
}

json::object contact_json(const World& world, ContactIndex index, const Contact& contact, bool with_merge_history) {
    const std::string id = contact_id(index);
    const ContactExtras& more = contact.more();
    json::object attributes;
    for (const auto& [attribute, value] : contact.attributes) {
        attributes[world.attributes.get(attribute).name] = attribute_json(value);
    }
    json::object result{
        {"type", "contact"},
        {"id", id},
        {"workspace_id", workspace_id},
        {"external_id", text_or_null(contact.external_id)},
        {"role", role_name(contact.role)},
        {"email", text_or_null(contact.email)},
        {"phone", text_or_null(more.phone)},
        {"name", text_or_null(contact.name)},
        {"avatar", more.avatar_url.empty()
                       ? json::value(nullptr)
                       : json::value(json::object{{"type", "avatar"}, {"image_url", more.avatar_url}})},
        {"owner_id", text_or_null(more.owner_id)},
        {"social_profiles", json::object{{"type", "list"}, {"data", json::array{}}}},
        {"has_hard_bounced", contact.hard_bounced},
        {"marked_email_as_spam", contact.spam},
        {"unsubscribed_from_emails", contact.unsubscribed},
        {"created_at", contact.created_at()},
        {"updated_at", contact.updated_at},
        {"signed_up_at", time_or_null(contact.signed_up_at)},
        {"last_seen_at", time_or_null(more.last_seen_at)},
        {"last_replied_at", time_or_null(more.last_replied_at)},
        {"last_contacted_at", time_or_null(more.last_contacted_at)},
        {"last_email_opened_at", nullptr},
        {"last_email_clicked_at", nullptr},
        {"language_override", text_or_null(more.language_override)},
        {"browser", nullptr},
        {"browser_version", nullptr},
        {"browser_language", nullptr},
        {"os", nullptr},
        {"location", json::object{{"type", "location"}, {"country", nullptr}, {"region", nullptr}, {"city", nullptr}}},
        {"custom_attributes", std::move(attributes)},
        {"tags", tags_of(world, id, contact)},
        {"notes", notes_of(world, id, contact)},
        {"companies", embedded(id, "companies", {}, 0)},
        {"unsubscribed_from_sms", false},
        {"sms_consent", false}};
    // The description shows these two only in the answers of archive and block, yet a caller needs them before it
    // sends.
    if (contact.archived) result["archived"] = true;
    if (contact.blocked) result["blocked"] = true;
    if (with_merge_history && contact.role == Role::user) result["merge_history"] = merge_history(contact);
    return result;
}

json::object contact_reference(const World& world, ContactIndex index) {
    return {{"type", "contact"},
            {"id", contact_id(index)},
            {"external_id", text_or_null(world.contacts[index].external_id)}};
}

json::object admin_json(const Admin& admin) {
    return {{"type", "admin"},
            {"id", admin.id},
            {"name", admin.name},
            {"email", admin.email},
            {"job_title", "Support"},
            {"away_mode_enabled", false},
            {"away_mode_reassign", false},
            {"has_inbox_seat", true},
            {"team_ids", json::array{}}};
}

}  // namespace sim
