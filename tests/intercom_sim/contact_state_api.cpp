// Contacts: delete, archive, unarchive, block, merge.

#include <algorithm>

#include "tests/intercom_sim/contact_json.hpp"
#include "tests/intercom_sim/handlers.hpp"

namespace sim {

namespace json = boost::json;

namespace {

template <class Change>
void change_state(World& world, const Call& call, ContactIndex index, std::string_view kind, Change&& change) {
    world.search.about_to_change(index, call.now_ms);
    // The reference names the contact as it was: a deleted one loses its external id.
    record(world, call, kind, index, {});
    world.contacts.change(index, [&](Contact& contact) {
        change(contact);
        contact.updated_at = call.now();
    });
}

Reply flagged(const World& world, ContactIndex index, std::string_view flag, bool value) {
    json::object reference = contact_reference(world, index);
    reference[flag] = value;
    return ok(reference);
}

void absorb(ContactExtras& into, const ContactExtras& from) {
    if (into.phone.empty()) into.phone = from.phone;
    if (into.owner_id.empty()) into.owner_id = from.owner_id;
    into.last_contacted_at = std::max(into.last_contacted_at, from.last_contacted_at);
    into.last_replied_at = std::max(into.last_replied_at, from.last_replied_at);
    into.last_seen_at = std::max(into.last_seen_at, from.last_seen_at);
    for (const auto& tag : from.tags) {
        if (std::ranges::none_of(into.tags, [&](const auto& held) { return held.first == tag.first; })) {
            into.tags.push_back(tag);
        }
    }
    into.notes.insert(into.notes.end(), from.notes.begin(), from.notes.end());
    into.events.insert(into.events.end(), from.events.begin(), from.events.end());
}

std::optional<ApiError> check_merge(const World& world, const Call& call, ContactIndex from, ContactIndex into) {
    const auto refuse = [](std::string message) {
        return ApiError{.status = 400, .code = "invalid_merge", .message = std::move(message)};
    };
    const Contact& lead = world.contacts[from];
    const Contact& user = world.contacts[into];
    if (lead.role != Role::lead || user.role != Role::user) return refuse("Only a lead can be merged, into a user");
    const json::value* skip = member(call.body, "skip_duplicate_validation");
    if (call.version < 16 || (skip && skip->is_bool() && skip->get_bool())) return {};
    const bool same_email = !lead.email.empty() && lead.email == user.email;
    const bool same_phone = !lead.more().phone.empty() && lead.more().phone == user.more().phone;
    if (same_email || same_phone) return {};
    return refuse(
        "Contacts can only be merged when they are duplicates (matching email or phone). "
        "Pass skip_duplicate_validation=true to override this check.");
}

}  // namespace

Reply delete_contact(World& world, Call& call) {
    const auto index = live_contact(world, call.params[0]);
    if (!index) return error_reply(index.error());
    Reply reply = flagged(world, *index, "deleted", true);
    change_state(world, call, *index, "contact_delete", [](Contact& contact) { contact.deleted = true; });
    return reply;
}

Reply archive_contact(World& world, Call& call) {
    const auto index = live_contact(world, call.params[0]);
    if (!index) return error_reply(index.error());
    change_state(world, call, *index, "contact_archive", [](Contact& contact) { contact.archived = true; });
    return flagged(world, *index, "archived", true);
}

Reply unarchive_contact(World& world, Call& call) {
    const auto index = world.contacts.by_id(call.params[0]);
    if (!index) return error_reply(user_not_found());
    if (world.contacts[*index].merged()) return error_reply(400, "bad_request", "Contact is not restorable");
    if (world.contacts[*index].blocked) return error_reply(400, "not_restorable", "Contact is blocked");
    change_state(world, call, *index, "contact_unarchive", [](Contact& contact) { contact.archived = false; });
    return flagged(world, *index, "archived", false);
}

Reply block_contact(World& world, Call& call) {
    const auto index = live_contact(world, call.params[0]);
    if (!index) return error_reply(index.error());
    change_state(world, call, *index, "contact_block", [](Contact& contact) { contact.blocked = true; });
    for (Conversation& conversation : world.conversations) {
        if (conversation.contact == *index) conversation.state = "closed";
    }
    return flagged(world, *index, "blocked", true);
}

Reply merge_contacts(World& world, Call& call) {
    const auto from = live_contact(world, id_text(member(call.body, "from")));
    if (!from) return error_reply(from.error());
    const auto into = live_contact(world, id_text(member(call.body, "into")));
    if (!into) return error_reply(into.error());
    if (const auto problem = check_merge(world, call, *from, *into)) return error_reply(*problem);

    world.search.about_to_change(*from, call.now_ms);
    world.search.about_to_change(*into, call.now_ms);
    const Contact lead = world.contacts[*from].clone();
    world.contacts.change(*from, [&](Contact& contact) { contact.more().merged_into = *into; });
    world.contacts.change(*into, [&](Contact& contact) {
        if (contact.email.empty()) contact.email = lead.email;
        if (contact.external_id.empty()) contact.external_id = lead.external_id;
        if (contact.name.empty()) contact.name = lead.name;
        absorb(contact.more(), lead.more());
        contact.more().merges.push_back({.source = *from, .role = lead.role, .at = call.now()});
        contact.unsubscribed |= lead.unsubscribed;
        contact.updated_at = call.now();
    });
    record(world, call, "contact_merge", *into, {{"from", contact_id(*from)}});
    return ok(contact_json(world, *into, world.contacts[*into]));
}

}  // namespace sim
