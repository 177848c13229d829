#pragma once
// Intercom's JSON of contacts, notes and tags, as the operations on one contact write and read it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/contact/profile.hpp"
#include "domain/ports/contact_operations.hpp"

namespace herald::intercom {

// `as_user`: for a creation, which names the role.
std::string contact_json(const ContactChange& change, bool as_user);
std::string note_json(const NewNote& note);
std::string tag_name_json(std::string_view name);
std::string tag_id_json(std::string_view id);

// nullopt: not the JSON that Intercom describes.
std::optional<ContactProfile> read_profile(std::string_view body);
std::optional<Note> read_note(std::string_view body);
std::optional<Tag> read_tag(std::string_view body);
std::optional<std::vector<Tag>> read_tags(std::string_view body);

// Names of tags compare without regard to case.
bool same_tag_name(std::string_view a, std::string_view b);

}  // namespace herald::intercom
