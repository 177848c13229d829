#pragma once
// All contacts, with O(1) look-ups by id, external id and email. Deleted ones keep their place: ids are positions.

#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/intercom_sim/contact.hpp"

namespace sim {

// Text is compared as Intercom stores it: addresses in lower case.
std::string lower(std::string_view text);

class ContactStore {
 public:
    void reserve(std::size_t count);
    ContactIndex add(Contact contact);

    std::size_t size() const { return contacts_.size(); }
    std::size_t listed() const { return listed_; }
    const Contact& operator[](ContactIndex index) const { return contacts_[index]; }
    bool exists(ContactIndex index) const { return index < contacts_.size() && !contacts_[index].deleted; }
    std::optional<ContactIndex> by_id(std::string_view id) const;
    std::optional<ContactIndex> by_external_id(std::string_view external_id) const;
    std::vector<ContactIndex> by_email(std::string_view email) const;

    // Every change goes through here, so that the indexes follow.
    template <class Change>
    void change(ContactIndex index, Change&& change) {
        unlink(index);
        change(contacts_[index]);
        link(index);
    }
    // For what no index depends on (notes, tags, events, times).
    ContactExtras& extras(ContactIndex index) { return contacts_[index].more(); }

 private:
    void link(ContactIndex index);
    void unlink(ContactIndex index);

    std::deque<Contact> contacts_;  // never moved: the indexes hold views into the strings
    std::unordered_map<std::string_view, ContactIndex> external_ids_;
    std::unordered_multimap<std::string_view, ContactIndex> emails_;
    std::size_t listed_{};
};

}  // namespace sim
