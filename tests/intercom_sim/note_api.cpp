// Notes on contacts.

#include <fmt/format.h>

#include "tests/intercom_sim/contact_json.hpp"
#include "tests/intercom_sim/handlers.hpp"

namespace sim {

namespace json = boost::json;

namespace {

json::object note_json(const World& world, const Note& note) {
    json::object result{{"type", "note"},
                        {"id", note.id},
                        {"created_at", note.created_at},
                        {"contact", json::object{{"type", "contact"}, {"id", contact_id(note.contact)}}},
                        {"body", note.body}};
    if (const Admin* admin = world.find_admin(note.admin_id)) result["author"] = admin_json(*admin);
    return result;
}

}  // namespace

Reply create_note(World& world, Call& call) {
    const auto contact = live_contact(world, call.params[0]);
    if (!contact) return error_reply(contact.error());
    const json::value* body = member(call.body, "body");
    if (!body || !body->is_string() || body->get_string().empty()) {
        return error_reply(400, "parameter_missing", "body is required");
    }
    const std::string admin_id = id_text(member(call.body, "admin_id"));
    if (!admin_id.empty() && !world.find_admin(admin_id)) return error_reply(resource_not_found());
    const std::string_view text = body->get_string();
    Note note{.id = world.new_id(),
              .contact = *contact,
              .admin_id = admin_id,
              .body = text.starts_with('<') ? std::string(text) : fmt::format("<p>{}</p>", text),
              .created_at = call.now()};
    json::object details{{"id", note.id}, {"admin_id", text_or_null(admin_id)}};
    add_body(details, text);
    record(world, call, "note", *contact, std::move(details));

    const auto position = static_cast<std::uint32_t>(world.notes.size());
    world.note_by_id.emplace(note.id, position);
    world.contacts.extras(*contact).notes.push_back(position);
    world.notes.push_back(std::move(note));
    return ok(note_json(world, world.notes.back()));
}

Reply list_notes(World& world, Call& call) {
    const auto contact = live_contact(world, call.params[0]);
    if (!contact) return error_reply(contact.error());
    const std::vector<std::uint32_t>& notes = world.contacts[*contact].more().notes;
    Slice slice = slice_page(call, notes.size(), fmt::format("/contacts/{}/notes", contact_id(*contact)));
    json::array data;
    for (std::size_t i = slice.begin; i < slice.end; ++i) {  // newest first
        data.push_back(note_json(world, world.notes[notes[notes.size() - 1 - i]]));
    }
    return ok(json::object{
        {"type", "list"}, {"data", std::move(data)}, {"total_count", notes.size()}, {"pages", std::move(slice.pages)}});
}

Reply get_note(World& world, Call& call) {
    const auto found = world.note_by_id.find(call.params[0]);
    if (found == world.note_by_id.end()) return error_reply(resource_not_found());
    return ok(note_json(world, world.notes[found->second]));
}

}  // namespace sim
