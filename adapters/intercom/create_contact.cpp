// Creating a person, and what Intercom answers when it knows the person after all. Rules: API.md 3.2.

#include "adapters/intercom/client.hpp"

namespace herald::intercom {
namespace {

constexpr int conflict = 409;

Creation existing(FoundContact found) {
    Creation out;
    if (found.created_at > 0) out.born = WallTime{seconds(found.created_at)};
    if (found.contact.archived)
        out.lookup.why_not = SkipReason::archived;
    else
        out.lookup.contact = std::move(found.contact);
    return out;
}

}  // namespace

Task<Result<Creation>> Directory::create(NewContact person, Deadline deadline) {
    const auto call = make_call(credential_, "POST", "/contacts", new_contact_json(person));
    auto outcome = co_await exchange_.send(call, deadline);
    if (outcome && outcome->status == conflict)
        co_return co_await adopt(read_error(outcome->body).message, std::move(person.ref), deadline);
    const auto reply = judged(std::move(outcome));
    if (reply) {
        auto found = read_contact(reply->body);
        if (!found) co_return Error{Errc::outcome_unknown, "Intercom's answer to a creation cannot be read"};
        auto creation = existing(std::move(*found));
        creation.created = true;
        co_return creation;
    }
    const auto& error = reply.error();
    if (error.code != Errc::contact_merged || error.canonical_id.empty()) co_return error;
    auto survivor = co_await get("/contacts/" + error.canonical_id, deadline);
    if (!survivor) co_return survivor.error();
    co_return existing(std::move(*survivor));
}

// The contact that was in the way. An archived one is left as it is: somebody archived it.
Task<Result<Creation>> Directory::adopt(std::string message, ContactRef ref, Deadline deadline) {
    const auto named = read_conflict(message);
    if (named.archived) co_return Creation{{{}, SkipReason::archived}, false, {}};
    if (named.id.empty()) {
        auto found = co_await find({std::move(ref)}, deadline);
        if (!found) co_return found.error();
        co_return Creation{std::move(found->front()), false, {}};
    }
    auto found = co_await get("/contacts/" + named.id, deadline);
    if (found) co_return existing(std::move(*found));
    const auto code = found.error().code;
    if (code == Errc::contact_not_found || code == Errc::contact_merged)
        co_return Creation{{{}, SkipReason::not_found}, false, {}};
    co_return found.error();
}

}  // namespace herald::intercom
