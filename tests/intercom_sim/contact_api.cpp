// Contacts: create, update, read, list, search.

#include <algorithm>
#include <charconv>

#include <boost/json/serialize.hpp>

#include "tests/intercom_sim/contact_input.hpp"
#include "tests/intercom_sim/contact_json.hpp"
#include "tests/intercom_sim/handlers.hpp"

namespace sim {

namespace json = boost::json;

namespace {

bool wants_history(const Call& call) {
    return call.query_or("include_merge_history", "false") == "true";
}

Reply one(const World& world, const Call& call, ContactIndex index) {
    return ok(contact_json(world, index, world.contacts[index], wants_history(call)));
}

Reply list_reply(json::array data, const Page& page, bool null_next) {
    return ok(json::object{{"type", "list"},
                           {"data", std::move(data)},
                           {"total_count", page.total},
                           {"pages", pages_json(page, null_next)}});
}

}  // namespace

Reply create_contact(World& world, Call& call) {
    const auto input = read_contact_input(world, call.body);
    if (!input) return error_reply(input.error());
    if (!input->role && !input->external_id && !input->email) {
        return error_reply(400, "parameter_missing", "One of role, external_id or email is required");
    }
    const Role role = input->role.value_or(Role::user);
    if (const auto conflict = find_conflict(world, *input, role, std::nullopt)) return error_reply(*conflict);

    Contact contact;
    contact.created_ms = call.now_ms;
    contact.updated_at = call.now();
    apply(*input, contact);
    contact.role = role;
    const ContactIndex index = world.contacts.add(std::move(contact));
    record(world, call, "contact_create", index,
           {{"email", text_or_null(world.contacts[index].email)}, {"role", role_name(role)}});
    return one(world, call, index);
}

Reply update_contact(World& world, Call& call) {
    const auto index = live_contact(world, call.params[0]);
    if (!index) return error_reply(index.error());
    const auto input = read_contact_input(world, call.body);
    if (!input) return error_reply(input.error());
    const Role role = input->role.value_or(world.contacts[*index].role);
    if (role == Role::lead && world.contacts[*index].role == Role::user) {
        return error_reply(invalid("A user cannot become a lead"));
    }
    if (const auto conflict = find_conflict(world, *input, role, *index)) return error_reply(*conflict);
    world.search.about_to_change(*index, call.now_ms);
    world.contacts.change(*index, [&](Contact& contact) {
        apply(*input, contact);
        contact.updated_at = call.now();
    });
    record(world, call, "contact_update", *index, {{"changes", call.body}});
    return one(world, call, *index);
}

Reply get_contact(World& world, Call& call) {
    const auto index = live_contact(world, call.params[0]);
    if (!index) return error_reply(index.error());
    return one(world, call, *index);
}

Reply find_by_external_id(World& world, Call& call) {
    const auto index = world.contacts.by_external_id(call.params[0]);
    // Users only. An archived one is hidden from search and lists but still found by its exact id.
    if (!index || world.contacts[*index].role != Role::user) {
        return error_reply(user_not_found());
    }
    return one(world, call, *index);
}

// Newest first. The cursor is the id of the last contact of the page before.
Reply list_contacts(World& world, Call& call) {
    Page page{.rows = {}, .total = world.contacts.listed(), .per_page = 50, .next = {}};
    if (const std::string_view text = call.query_or("per_page", ""); !text.empty()) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page.per_page);
        if (error != std::errc{} || end != text.data() + text.size() || page.per_page < 1 || page.per_page > 150) {
            return error_reply(invalid("per_page must be between 1 and 150"));
        }
    }
    auto position = static_cast<ContactIndex>(world.contacts.size());
    if (const std::string_view after = call.query_or("starting_after", ""); !after.empty()) {
        const auto last = contact_index(after);
        if (!last || *last >= world.contacts.size()) {
            return error_reply(invalid("starting_after is not a cursor of this list"));
        }
        position = *last;
        page.number = (world.contacts.size() - position) / page.per_page + 1;
    }
    json::array data;
    ContactIndex shown = position;
    while (position > 0) {
        if (!world.contacts[--position].listed()) continue;
        if (data.size() == page.per_page) {
            page.next = contact_id(shown);
            break;
        }
        shown = position;
        data.push_back(contact_json(world, position, world.contacts[position], wants_history(call)));
    }
    return list_reply(std::move(data), page, true);
}

Reply search_contacts(World& world, Call& call) {
    const auto page = world.search.run(call.body, world.attributes, call.dates(), call.now_ms);
    if (!page) return error_reply(page.error());
    json::array data;
    for (const ContactIndex index : page->rows) {
        const Contact& contact = world.search.version(index, call.now_ms);
        // A page of a snapshot may hold contacts that left meanwhile.
        if (contact.listed()) data.push_back(contact_json(world, index, contact, wants_history(call)));
    }
    // The last page has no `next` at all here and a null one in lists: clients must take both.
    return list_reply(std::move(data), *page, false);
}

}  // namespace sim
