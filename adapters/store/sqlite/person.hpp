#pragma once
// The rows that are about one person, found by every name that leads to another.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "adapters/store/sqlite/connection.hpp"
#include "domain/contact/contact.hpp"

namespace herald::sqlite {

struct Person {
    std::set<ContactRef> names;      // normalized
    std::set<std::string> contacts;  // Intercom's ids, also old ones of merged contacts

    // True: it was not known yet, so that rows that were passed may be about the person after all.
    bool learn(const ContactRef& name);
    bool learn(const std::string& contact_id);
    bool is(const ContactRef& name, const std::string& contact_id) const;
};

// What the memory of contacts, the direct messages and the automations add to the names. True: something new.
bool learn_more(Connection& connection, const WorkspaceId& workspace, Person& person);

// Looks through the deliveries after `number`, a bounded number of them, and adds the person's to `found`. Returns
// where to go on; nullopt: that was the end.
struct Slice {
    std::optional<std::int64_t> next;
    bool learned{};
};
Slice find_deliveries(Connection& connection, const WorkspaceId& workspace, std::int64_t after, Person& person,
                      std::set<std::int64_t>& found);

std::vector<std::string> find_messages(Connection& connection, const WorkspaceId& workspace, const Person& person);

}  // namespace herald::sqlite
