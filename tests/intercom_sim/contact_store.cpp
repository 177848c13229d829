#include "tests/intercom_sim/contact_store.hpp"

#include <algorithm>

namespace sim {

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

void ContactStore::reserve(std::size_t count) {
    external_ids_.reserve(count);
    emails_.reserve(count);
}

ContactIndex ContactStore::add(Contact contact) {
    const auto index = static_cast<ContactIndex>(contacts_.size());
    contacts_.push_back(std::move(contact));
    link(index);
    return index;
}

std::optional<ContactIndex> ContactStore::by_id(std::string_view id) const {
    const std::optional<ContactIndex> index = contact_index(id);
    if (!index || !exists(*index)) return std::nullopt;
    return index;
}

std::optional<ContactIndex> ContactStore::by_external_id(std::string_view external_id) const {
    const auto found = external_ids_.find(external_id);
    if (found == external_ids_.end()) return std::nullopt;
    return found->second;
}

std::vector<ContactIndex> ContactStore::by_email(std::string_view email) const {
    const auto [first, last] = emails_.equal_range(email);
    std::vector<ContactIndex> found;
    for (auto it = first; it != last; ++it) found.push_back(it->second);
    std::ranges::sort(found);
    return found;
}

void ContactStore::link(ContactIndex index) {
    const Contact& contact = contacts_[index];
    if (contact.listed()) ++listed_;
    // A merged contact gave its identifiers to the survivor; an archived one keeps them (409 "archived").
    if (contact.deleted || contact.merged()) return;
    if (!contact.external_id.empty()) external_ids_.emplace(contact.external_id, index);
    if (!contact.email.empty()) emails_.emplace(contact.email, index);
}

void ContactStore::unlink(ContactIndex index) {
    const Contact& contact = contacts_[index];
    if (contact.listed()) --listed_;
    if (const auto found = external_ids_.find(contact.external_id);
        found != external_ids_.end() && found->second == index) {
        external_ids_.erase(found);
    }
    const auto [first, last] = emails_.equal_range(contact.email);
    for (auto it = first; it != last; ++it) {
        if (it->second != index) continue;
        emails_.erase(it);
        break;
    }
}

}  // namespace sim
