#include "domain/contact/desk.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace herald {
namespace {

Error refused(SkipReason reason) {
    if (reason == SkipReason::unsubscribed) return {Errc::unsubscribed, "the person has unsubscribed from emails"};
    return {Errc::contact_suppressed, fmt::format("Intercom's record of the contact says: {}", name(reason))};
}

Error not_found() {
    return {Errc::contact_not_found, "Intercom knows no such contact"};
}

Task<Result<std::monostate>> track_once(ContactOperations& intercom, const TrackedEvent& event, Deadline deadline) {
    const auto done = co_await intercom.track(event, deadline);
    if (!done) co_return done.error();
    co_return std::monostate{};
}

}  // namespace

std::optional<Error> ContactDesk::refusal(Deadline deadline) const {
    const auto status = ports_.gate.status();
    const auto now = ports_.clock.now();
    const auto until = [&] {
        return std::max(milliseconds(1'000), std::chrono::ceil<milliseconds>(status.until - now));
    };
    switch (status.waiting) {
        case WaitReason::circuit_open:
            if (status.trial) return {};
            return Error{Errc::upstream_unavailable, "Intercom does not answer: circuit open", until()};
        case WaitReason::credential:
            return Error{Errc::credential, "Intercom refuses the access token, or there is none"};
        case WaitReason::rate_limit:
            if (status.until <= deadline.at) return {};
            return Error{Errc::rate_limited, "Intercom's rate limit leaves no call in time", until()};
        case WaitReason::none:
        case WaitReason::schedule:
        case WaitReason::store:
            return {};
    }
    return {};
}

Task<Result<Contact>> ContactDesk::whom(ContactRef ref, Deadline deadline) {
    auto found = co_await find(std::move(ref), true, deadline);
    if (!found) co_return found.error();
    co_return std::move(found->contact);
}

Task<Result<Contact>> ContactDesk::reachable(ContactRef ref, Channel channel, Deadline deadline) {
    auto found = co_await find(ref, true, deadline);
    if (found && found->remembered && suppression(found->contact, channel)) found = co_await find(ref, false, deadline);
    if (!found) co_return found.error();
    if (const auto reason = suppression(found->contact, channel)) co_return refused(*reason);
    co_return std::move(found->contact);
}

Task<Delivered> ContactDesk::send(ContactRef ref, OutboundMessage& message, SendPolicy policy, Deadline deadline) {
    Delivered total{Error{Errc::not_executed, "no attempt was made"}, 0, 0};
    bool looked_again = false;
    for (int waits = 0;;) {
        auto delivered = co_await ports_.intercom.send(message, policy, deadline);
        total.attempts += delivered.attempts;
        total.ambiguous += delivered.ambiguous;
        total.outcome = std::move(delivered.outcome);
        if (total.outcome || total.ambiguous > 0) co_return total;
        auto& error = total.outcome.error();
        const bool not_there = error.code == Errc::contact_not_found;
        if (not_there && co_await wait_until_visible(message.to, waits, deadline, error)) {
            ++waits;
            continue;
        }
        if (looked_again || (!not_there && error.code != Errc::contact_merged)) co_return total;
        looked_again = true;
        const auto contact = co_await elsewhere(ref, message.to, deadline);
        if (!contact) co_return total;
        if (const auto reason = suppression(*contact, message.channel)) {
            total.outcome = refused(*reason);
            co_return total;
        }
        message.to = contact->id;
        message.to_role = contact->role;
    }
}

template <class T>
Task<Result<About<T>>> ContactDesk::about(ContactRef ref, Deadline deadline,
                                          std::function<Task<Result<T>>(ContactId)> call) {
    ContactId contact{ref.value};
    if (ref.kind != ContactRef::Kind::id) {
        auto found = co_await find(ref, true, deadline);
        if (!found) co_return found.error();
        contact = std::move(found->contact.id);
    }
    bool looked_again = false;
    for (int waits = 0;;) {
        auto done = co_await call(contact);
        if (done) co_return About<T>{std::move(contact), std::move(*done)};
        auto& error = done.error();
        const bool not_there = error.code == Errc::contact_not_found;
        if (not_there && co_await wait_until_visible(contact, waits, deadline, error)) {
            ++waits;
            continue;
        }
        if (looked_again || (!not_there && error.code != Errc::contact_merged)) co_return error;
        looked_again = true;
        auto other = co_await elsewhere(ref, contact, deadline);
        if (!other) co_return error;
        contact = std::move(other->id);
    }
}

Task<Result<About<Note>>> ContactDesk::add_note(ContactRef ref, std::string body, std::int64_t admin_id,
                                                Deadline deadline) {
    NewNote note{{}, std::move(body), admin_id};
    co_return co_await about<Note>(std::move(ref), deadline, [&](ContactId contact) {
        note.contact = std::move(contact);
        return ports_.intercom.add_note(note, deadline);
    });
}

Task<Result<About<TrackedEvent>>> ContactDesk::track(ContactRef ref, TrackedEvent event, Deadline deadline) {
    auto tracked = co_await about<std::monostate>(std::move(ref), deadline, [&](ContactId contact) {
        event.contact = std::move(contact);
        return track_once(ports_.intercom, event, deadline);
    });
    if (!tracked) co_return tracked.error();
    co_return About<TrackedEvent>{std::move(tracked->contact), std::move(event)};
}

Task<Result<About<Tag>>> ContactDesk::add_tag(ContactRef ref, std::string name, Deadline deadline) {
    co_return co_await about<Tag>(std::move(ref), deadline, [&](ContactId contact) {
        return ports_.intercom.add_tag(std::move(contact), name, deadline);
    });
}

Task<Result<About<std::optional<Tag>>>> ContactDesk::remove_tag(ContactRef ref, std::string name, Deadline deadline) {
    co_return co_await about<std::optional<Tag>>(std::move(ref), deadline, [&](ContactId contact) {
        return ports_.intercom.remove_tag(std::move(contact), name, deadline);
    });
}

Task<Result<ContactProfile>> ContactDesk::read(ContactRef ref, Deadline deadline) {
    if (ref.kind == ContactRef::Kind::external_id) co_return co_await ports_.intercom.read(ref, deadline);
    auto found = co_await about<ContactProfile>(std::move(ref), deadline, [&](ContactId contact) {
        return ports_.intercom.read({ContactRef::Kind::id, std::move(contact.value)}, deadline);
    });
    if (!found) co_return found.error();
    co_return std::move(found->what);
}

Task<Result<std::optional<Contact>>> ContactDesk::existing(ContactRef ref, Deadline deadline) {
    auto found = co_await look_up(ref, deadline);
    if (!found && found.error().code != Errc::contact_not_found) co_return found.error();
    std::optional<Contact> contact;
    if (found) contact = std::move(*found);
    if (ref.kind != ContactRef::Kind::email) co_return contact;

    // The search lags by minutes both ways: a new contact is known to our own memory only, and who is found may have
    // another address by now.
    if (!contact) contact = co_await recall(ref);
    if (!contact) co_return contact;
    const auto current = co_await ports_.intercom.read({ContactRef::Kind::id, contact->id.value}, deadline);
    if (!current && current.error().code != Errc::contact_not_found) co_return current.error();
    if (!current || !current->contact.email) co_return std::nullopt;
    if (normalized({ref.kind, *current->contact.email}) != normalized(ref)) co_return std::nullopt;
    co_return current->contact;
}

Task<Result<CreatedContact>> ContactDesk::put(ContactRef ref, ContactChange change, Deadline deadline) {
    auto contact = co_await existing(ref, deadline);
    if (!contact) co_return contact.error();
    if (*contact) co_return co_await this->change(std::move(**contact), change, deadline);
    if (ref.kind == ContactRef::Kind::id) co_return not_found();
    if (ref.kind == ContactRef::Kind::external_id) change.external_id = ref.value;
    if (ref.kind == ContactRef::Kind::email) change.email = ref.value;
    if (!change.email)
        co_return Error{Errc::invalid_argument, "there is no such contact, and a new one needs an email"};
    auto made = co_await ports_.intercom.create(change, deadline);
    if (!made) co_return made.error();
    if (made->created) created(made->profile.contact.id);
    co_await remember(names_of(made->profile.contact), made->profile.contact);
    co_return std::move(*made);
}

Task<Result<CreatedContact>> ContactDesk::change(Contact contact, const ContactChange& change, Deadline deadline) {
    if (contact.archived)
        if (const auto back = co_await ports_.intercom.unarchive(contact.id, deadline); !back) co_return back.error();
    auto changed = co_await ports_.intercom.update(contact.id, change, deadline);
    co_await forget(contact.id);  // also when it failed: the outcome may be unknown
    if (!changed) co_return changed.error();
    co_await remember(names_of(changed->contact), changed->contact);
    co_return CreatedContact{std::move(*changed), false};
}

}  // namespace herald
