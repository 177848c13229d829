#include "adapters/intercom/operations.hpp"

#include <utility>

#include <fmt/format.h>

#include "adapters/intercom/contact_wire.hpp"
#include "adapters/intercom/translate.hpp"
#include "adapters/intercom/wire.hpp"

namespace herald::intercom {
namespace {

constexpr int most_hops = 3;  // from a merged contact to its survivor, who may have been merged too
constexpr std::size_t most_tags = 1'000;

// Of a call that must not be executed twice behind anybody's back.
http::Call once(http::Call call) {
    call.safe_to_repeat = false;
    call.total = send_total;
    return call;
}

std::string contact_path(const ContactId& contact, std::string_view below = {}) {
    return fmt::format("/contacts/{}{}", encoded(contact.value), below);
}

Error unreadable(std::string_view what) {
    return {Errc::outcome_unknown, fmt::format("Intercom's answer about {} cannot be read", what)};
}

Error conflict(std::string detail) {
    return {Errc::contact_conflict, std::move(detail)};
}

}  // namespace

Result<http::Reply> Operations::judged(http::Outcome outcome) const {
    if (!outcome) return translate(outcome.error());
    if (outcome->status >= 200 && outcome->status < 300) return *std::move(outcome);
    auto error = translate(*outcome);
    if (error.code == Errc::credential) refused_();
    return error;
}

Task<Result<http::Reply>> Operations::ask(std::string method, std::string target, std::string body, Deadline deadline) {
    const auto call = make_call(credential_, std::move(method), std::move(target), std::move(body));
    auto outcome = co_await exchange_.send(call, deadline);
    co_return judged(std::move(outcome));
}

Task<Delivered> Operations::send(const OutboundMessage& message, SendPolicy policy, Deadline deadline) {
    const auto call = once(make_call(credential_, "POST", "/messages", message_json(message)));
    const auto repeat = policy == SendPolicy::at_least_once ? resilience::Repeat::after_any_failure
                                                            : resilience::Repeat::unless_ambiguous;
    resilience::AttemptCount count;
    auto outcome = co_await exchange_.send(call, repeat, deadline, count);
    const auto reply = judged(std::move(outcome));
    if (!reply) co_return Delivered{reply.error(), count.made, count.ambiguous};
    auto id = read_message_id(reply->body);
    if (!id) co_return Delivered{unreadable("a message"), count.made, count.ambiguous + 1};
    co_return Delivered{Receipt{*std::move(id), std::string(reply->header("X-Request-Id"))}, count.made,
                        count.ambiguous};
}

Task<Result<Note>> Operations::add_note(const NewNote& note, Deadline deadline) {
    const auto call = once(make_call(credential_, "POST", contact_path(note.contact, "/notes"), note_json(note)));
    resilience::AttemptCount count;
    auto outcome = co_await exchange_.send(call, resilience::Repeat::unless_ambiguous, deadline, count);
    const auto reply = judged(std::move(outcome));
    if (!reply) co_return reply.error();
    auto written = read_note(reply->body);
    if (!written) co_return unreadable("a note");
    co_return *std::move(written);
}

Task<Result<void>> Operations::track(const TrackedEvent& event, Deadline deadline) {
    const auto reply = co_await ask("POST", "/events", event_json(event), deadline);
    if (!reply) co_return reply.error();
    co_return Result<void>{};
}

Task<Result<ContactProfile>> Operations::read(ContactRef ref, Deadline deadline) {
    auto target = ref.kind == ContactRef::Kind::id ? contact_path({ref.value})
                                                   : "/contacts/find_by_external_id/" + encoded(ref.value);
    for (int hops = 0;; ++hops) {
        const auto reply = co_await ask("GET", target, {}, deadline);
        if (reply) {
            auto profile = read_profile(reply->body);
            if (!profile) co_return of_a_read(unreadable("a contact"));
            co_return *std::move(profile);
        }
        const auto& error = reply.error();
        if (error.code != Errc::contact_merged || error.canonical_id.empty() || hops == most_hops)
            co_return of_a_read(error);
        target = contact_path({error.canonical_id});
    }
}

Task<Result<ContactProfile>> Operations::update(ContactId contact, const ContactChange& change, Deadline deadline) {
    for (int hops = 0;; ++hops) {
        const auto reply = co_await ask("PUT", contact_path(contact), contact_json(change, false), deadline);
        if (reply) {
            auto profile = read_profile(reply->body);
            if (!profile) co_return unreadable("a contact");
            co_return *std::move(profile);
        }
        const auto& error = reply.error();
        if (error.code == Errc::contact_conflict)
            co_return conflict("an address or external_id of the change belongs to another contact");
        if (error.code != Errc::contact_merged || error.canonical_id.empty() || hops == most_hops) co_return error;
        contact.value = error.canonical_id;
    }
}

Task<Result<CreatedContact>> Operations::create(const ContactChange& change, Deadline deadline) {
    const auto reply = co_await ask("POST", "/contacts", contact_json(change, true), deadline);
    if (reply) {
        auto profile = read_profile(reply->body);
        if (!profile) co_return unreadable("a contact");
        co_return CreatedContact{*std::move(profile), true};
    }
    if (reply.error().code != Errc::contact_conflict) co_return reply.error();
    co_return co_await adopt(reply.error(), change, deadline);
}

// Somebody is there already: created by another process, by our own earlier attempt, or archived.
Task<Result<CreatedContact>> Operations::adopt(Error refused, const ContactChange& change, Deadline deadline) {
    const auto other = read_conflict(refused.detail);
    if (other.id.empty()) co_return conflict("Intercom has such a contact already and does not say which");
    const auto found = co_await read({ContactRef::Kind::id, other.id}, deadline);
    if (!found) co_return found.error();
    const auto& known = found->contact;
    if (change.external_id && known.external_id && *known.external_id != *change.external_id)
        co_return conflict(
            fmt::format("the address belongs to contact {}, whose external_id is another one", known.id.value));
    if (other.archived || known.archived)
        if (const auto back = co_await unarchive(known.id, deadline); !back) co_return back.error();
    auto updated = co_await update(known.id, change, deadline);
    if (!updated) co_return updated.error();
    co_return CreatedContact{*std::move(updated), false};
}

Task<Result<void>> Operations::unarchive(ContactId contact, Deadline deadline) {
    const auto reply = co_await ask("POST", contact_path(contact, "/unarchive"), {}, deadline);
    if (!reply) co_return reply.error();
    co_return Result<void>{};
}

Task<Result<Tag>> Operations::tag_named(const std::string& name, Deadline deadline) {
    const auto reply = co_await ask("POST", "/tags", tag_name_json(name), deadline);
    if (!reply) co_return reply.error();
    auto tag = read_tag(reply->body);
    if (!tag) co_return unreadable("a tag");
    if (tags_.size() >= most_tags) tags_.clear();
    tags_.insert_or_assign(name, *tag);
    co_return *std::move(tag);
}

Task<Result<Tag>> Operations::add_tag(ContactId contact, const std::string& name, Deadline deadline) {
    for (;;) {
        const auto cached = tags_.find(name);
        const bool known = cached != tags_.end();
        Tag tag;
        if (known) {
            tag = cached->second;
        } else {
            auto named = co_await tag_named(name, deadline);
            if (!named) co_return named.error();
            tag = *std::move(named);
        }
        const auto reply = co_await ask("POST", contact_path(contact, "/tags"), tag_id_json(tag.id), deadline);
        if (reply) co_return tag;
        // Either the contact or the tag is gone; Intercom's text does not reliably say which.
        if (!known || reply.error().code != Errc::contact_not_found) co_return reply.error();
        tags_.erase(name);
    }
}

Task<Result<std::optional<Tag>>> Operations::remove_tag(ContactId contact, const std::string& name, Deadline deadline) {
    const auto reply = co_await ask("GET", contact_path(contact, "/tags"), {}, deadline);
    if (!reply) co_return of_a_read(reply.error());
    const auto carried = read_tags(reply->body);
    if (!carried) co_return of_a_read(unreadable("tags"));
    for (const auto& tag : *carried) {
        if (!same_tag_name(tag.name, name)) continue;
        const auto gone = co_await ask("DELETE", contact_path(contact, "/tags/" + encoded(tag.id)), {}, deadline);
        // Gone meanwhile is gone.
        if (!gone && gone.error().code != Errc::contact_not_found) co_return gone.error();
        co_return tag;
    }
    co_return std::optional<Tag>{};
}

}  // namespace herald::intercom
