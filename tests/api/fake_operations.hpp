#pragma once
// Intercom and the store as the operations on one contact see them, in memory: a script of outcomes for each call.

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "domain/contact/desk.hpp"
#include "domain/ports/message_store.hpp"
#include "domain/ports/personal_data.hpp"

namespace herald::test {

class FakeIntercom final : public ContactOperations, public ContactDirectory, public ContactMemory {
 public:
    Contact ann{.id = {"6762f2391bb69f9f2193bc19"},
                .role = ContactRole::user,
                .external_id = "client_123",
                .email = "ann@x.org",
                .attributes = {{"name", "Ann"}}};
    std::optional<Error> fails;         // every call but send
    std::optional<Error> lookup_fails;  // reading and finding only
    std::deque<Delivered> sends;        // when it is empty, messages are accepted
    bool known{true};

    std::vector<OutboundMessage> sent;
    std::vector<SendPolicy> policies;
    std::vector<NewNote> notes;
    std::vector<TrackedEvent> events;
    std::vector<ContactChange> changes;
    std::vector<std::string> tags;
    Deadline deadline;  // of the last call

    Task<Delivered> send(const OutboundMessage& message, SendPolicy policy, Deadline until) override {
        deadline = until;
        sent.push_back(message);
        policies.push_back(policy);
        if (sends.empty()) co_return Delivered{Receipt{"403918000", "r1"}, 1, 0};
        auto next = std::move(sends.front());
        sends.pop_front();
        co_return next;
    }
    Task<Result<Note>> add_note(const NewNote& note, Deadline) override {
        notes.push_back(note);
        if (fails) co_return *fails;
        co_return Note{"31", "<p>" + note.body + "</p>", {}};
    }
    Task<Result<void>> track(const TrackedEvent& event, Deadline) override {
        events.push_back(event);
        if (fails) co_return *fails;
        co_return Result<void>{};
    }
    Task<Result<ContactProfile>> read(ContactRef, Deadline until) override {
        deadline = until;
        if (fails) co_return *fails;
        if (lookup_fails) co_return *lookup_fails;
        if (!known) co_return Error{Errc::contact_not_found, "Intercom answered 404"};
        co_return profile();
    }
    Task<Result<ContactProfile>> update(ContactId, const ContactChange& change, Deadline) override {
        changes.push_back(change);
        if (fails) co_return *fails;
        co_return profile();
    }
    Task<Result<CreatedContact>> create(const ContactChange& change, Deadline) override {
        changes.push_back(change);
        if (fails) co_return *fails;
        co_return CreatedContact{profile(), true};
    }
    Task<Result<void>> unarchive(ContactId, Deadline) override { co_return Result<void>{}; }
    Task<Result<Tag>> add_tag(ContactId, const std::string& name, Deadline) override {
        tags.push_back("+" + name);
        if (fails) co_return *fails;
        co_return Tag{"105", name};
    }
    Task<Result<std::optional<Tag>>> remove_tag(ContactId, const std::string& name, Deadline) override {
        tags.push_back("-" + name);
        if (fails) co_return *fails;
        co_return std::optional<Tag>{};
    }

    Task<Result<std::vector<Lookup>>> find(std::vector<ContactRef> refs, Deadline) override {
        if (lookup_fails) co_return *lookup_fails;
        co_return std::vector<Lookup>(refs.size(), known ? Lookup{ann, {}} : Lookup{{}, SkipReason::not_found});
    }

    Task<Result<std::vector<std::optional<Contact>>>> recall(WorkspaceId, std::vector<ContactRef> refs,
                                                             WallTime) override {
        co_return std::vector<std::optional<Contact>>(refs.size());
    }
    Task<Result<void>> remember(WorkspaceId, std::vector<Remembered>, WallTime) override { co_return Result<void>{}; }
    Task<Result<void>> forget(WorkspaceId, ContactId) override { co_return Result<void>{}; }

 private:
    ContactProfile profile() const {
        ContactProfile out;
        out.contact = ann;
        out.name = "Ann";
        out.custom_attributes = {{"tier", "gold"}, {"orders", std::int64_t{3}}, {"vip", true}, {"note", {}}};
        return out;
    }
};

class FakeGate final : public SendGate {
 public:
    GateStatus now;

    Task<Result<Ticket>> enter(Lane, Deadline) override { co_return Error{Errc::shutting_down, "not here"}; }
    Task<Result<SteadyTime>> slot(Lane, Deadline) override { co_return Error{Errc::shutting_down, "not here"}; }
    GateStatus status() const override { return now; }
    Task<void> check_credential() override { co_return; }
};

class FakeRequestLog : public RequestLog {
 public:
    std::map<std::string, std::pair<std::string, KeyRecord>> keys;  // scope and key -> hash, record

    Task<Result<KeyRecord>> look(WorkspaceId, RequestKey key, WallTime) override { co_return known(key); }
    Task<Result<KeyRecord>> begin(Caller, RequestKey key, WallTime, WallTime) override { co_return take(key, {}); }
    std::vector<AuditRecord> records;

    Task<Result<void>> finish(Caller, RequestKey key, Done done, WallTime) override {
        if (done.record) records.push_back(*done.record);
        if (!done.answer) {
            keys.erase(key.scope + key.key);
            co_return Result<void>{};
        }
        auto& record = keys[key.scope + key.key].second;
        record.state = KeyRecord::State::answered;
        record.answer = *done.answer;
        record.resource = done.resource;
        co_return Result<void>{};
    }

 protected:
    Result<KeyRecord> known(const RequestKey& key) const {
        const auto found = keys.find(key.scope + key.key);
        if (key.key.empty() || found == keys.end()) return KeyRecord{};
        if (found->second.first != key.request_hash)
            return Error{Errc::key_reused, "the idempotency key was used for a different request"};
        return found->second.second;
    }
    Result<KeyRecord> take(const RequestKey& key, std::string resource) {
        auto record = known(key);
        if (record && record->state == KeyRecord::State::unused && !key.key.empty())
            keys[key.scope + key.key] = {key.request_hash, {KeyRecord::State::running, {}, std::move(resource)}};
        return record;
    }
};

class FakePersonalData final : public PersonalData {
 public:
    std::vector<ContactRef> asked;
    std::string instead;
    Result<Erased> outcome = Erased{.deliveries = 2, .cancelled = 1, .messages = 1, .events = 1, .answers = 1};

    Task<Result<Erased>> erase(Caller, std::vector<ContactRef> names, std::string answer, WallTime) override {
        asked = std::move(names);
        instead = std::move(answer);
        co_return outcome;
    }
};

class FakeMessages final : public FakeRequestLog, public MessageStore {
 public:
    std::map<std::string, DirectMessage> messages;
    int settles_to_fail{};

    Task<Result<KeyRecord>> intend(Caller, DirectMessage message, RequestKey key, WallTime) override {
        auto record = take(key, message.id.value);
        if (record && record->state == KeyRecord::State::unused) messages[message.id.value] = message;
        co_return record;
    }
    Task<Result<void>> settle(Caller caller, DirectMessage message, RequestKey key,
                              std::optional<std::string> answer) override {
        if (settles_to_fail > 0 && settles_to_fail-- > 0) co_return Error{Errc::store_unavailable, "no"};
        messages[message.id.value] = message;
        if (key.key.empty()) co_return Result<void>{};
        co_return co_await finish(caller, key, {std::move(answer), message.id.value, {}}, message.updated_at);
    }
    Task<Result<DirectMessage>> find(WorkspaceId, MessageId id) override {
        const auto found = messages.find(id.value);
        if (found == messages.end()) co_return Error{Errc::not_found, "there is no such message"};
        co_return found->second;
    }
};

}  // namespace herald::test
