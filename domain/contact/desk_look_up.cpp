// Whom a reference means: from memory, from Intercom, and after a 404.

#include <algorithm>
#include <array>

#include "domain/contact/desk.hpp"

namespace herald {
namespace {

// RESILIENCE.md 1.3, "404 exception".
constexpr std::array waits_for_a_new_contact{seconds(5), seconds(15), seconds(45)};
constexpr std::size_t most_created = 10'000;

Error not_found(SkipReason why_not) {
    if (why_not == SkipReason::ambiguous_contact)
        return {Errc::contact_conflict, "several contacts have this address: name one by id or external_id"};
    return {Errc::contact_not_found, "Intercom knows no such contact"};
}

}  // namespace

Task<Result<ContactDesk::Found>> ContactDesk::find(ContactRef ref, bool from_memory, Deadline deadline) {
    if (from_memory)
        if (auto known = co_await recall(ref)) co_return Found{*std::move(known), true};
    auto contact = co_await look_up(std::move(ref), deadline);
    if (!contact) co_return contact.error();
    co_return Found{std::move(*contact), false};
}

// A memory that fails only costs a look-up.
Task<std::optional<Contact>> ContactDesk::recall(ContactRef ref) {
    const auto not_older_than = ports_.clock.wall_now() - options_.fresh;
    auto known = co_await ports_.memory.recall(workspace_, {std::move(ref)}, not_older_than);
    if (!known) co_return std::nullopt;
    co_return std::move(known->front());
}

Task<Result<Contact>> ContactDesk::look_up(ContactRef ref, Deadline deadline) {
    Contact contact;
    if (ref.kind == ContactRef::Kind::email) {
        auto found = co_await ports_.directory.find({ref}, deadline);
        if (!found) co_return of_a_read(found.error());
        auto& lookup = found->front();
        if (!lookup.contact) co_return not_found(lookup.why_not.value_or(SkipReason::not_found));
        contact = std::move(*lookup.contact);
    } else {
        auto found = co_await ports_.intercom.read(ref, deadline);
        if (!found) co_return found.error();
        contact = std::move(found->contact);
    }
    co_await remember({std::move(ref)}, contact);
    co_return contact;
}

Task<void> ContactDesk::remember(std::vector<ContactRef> refs, Contact contact) {
    std::vector<ContactMemory::Remembered> all;
    all.reserve(refs.size());
    for (auto& ref : refs) all.push_back({std::move(ref), contact});
    // What cannot be remembered is looked up again.
    const auto ignored = co_await ports_.memory.remember(workspace_, std::move(all), ports_.clock.wall_now());
}

Task<void> ContactDesk::forget(ContactId contact) {
    const auto ignored = co_await ports_.memory.forget(workspace_, std::move(contact));
}

Task<std::optional<Contact>> ContactDesk::elsewhere(ContactRef ref, ContactId contact, Deadline deadline) {
    co_await forget(contact);
    auto found = co_await look_up(std::move(ref), deadline);
    if (!found || found->id == contact) co_return std::nullopt;
    co_return std::move(*found);
}

void ContactDesk::created(const ContactId& contact) {
    const auto now = ports_.clock.now();
    while (!created_.empty() &&
           (created_.size() >= most_created || now - created_.front().second > options_.visibility_grace))
        created_.pop_front();
    created_.emplace_back(contact, now);
}

Task<bool> ContactDesk::wait_until_visible(ContactId contact, int waits_done, Deadline deadline, Error& error) {
    const auto now = ports_.clock.now();
    const auto found = std::ranges::find(created_, contact, &std::pair<ContactId, SteadyTime>::first);
    if (found == created_.end() || now - found->second > options_.visibility_grace) co_return false;
    const auto step = std::min<std::size_t>(static_cast<std::size_t>(waits_done), waits_for_a_new_contact.size() - 1);
    const milliseconds wait = waits_for_a_new_contact[step];
    if (waits_done < static_cast<int>(waits_for_a_new_contact.size()) && now + wait < deadline.at) {
        co_await ports_.clock.sleep_for(wait);
        co_return true;
    }
    error.detail = "Intercom does not show the contact yet, which was created a moment ago";
    error.retry_after = wait;
    co_return false;
}

}  // namespace herald
