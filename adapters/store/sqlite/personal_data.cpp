#include "adapters/store/sqlite/personal_data.hpp"

#include <algorithm>
#include <set>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include "adapters/store/sqlite/automation_person.hpp"
#include "adapters/store/sqlite/named_people.hpp"
#include "adapters/store/sqlite/person.hpp"
#include "adapters/store/sqlite/rows.hpp"
#include "domain/audit/operation_records.hpp"

namespace herald::sqlite {
namespace {

constexpr int most_rounds = 5;  // names that lead to names; nobody has more
constexpr milliseconds until_answered{2'000};

struct Found {
    Person person;
    std::set<std::int64_t> deliveries;
};

Error being_sent() {
    Error error{Errc::conflict, "a message to this person is on its way to Intercom; nothing was erased"};
    error.retry_after = until_answered;
    return error;
}

Error being_loaded() {
    return {Errc::conflict,
            "an automation still loads the audience in which the person stands, which could bring the person back: let "
            "it end, or deactivate the automation; nothing was erased"};
}

// Why nothing may be erased now.
std::optional<Error> obstacle(Write& write, const Found& found, const std::vector<std::string>& messages,
                              const std::vector<std::int64_t>& runs, const std::vector<NamedIn>& named) {
    switch (obstacle_of(write, runs)) {
        case RunObstacle::none:
            break;
        case RunObstacle::on_the_wire:
            return being_sent();
        case RunObstacle::loading:
            return being_loaded();
    }
    if (std::ranges::any_of(named, &NamedIn::firing)) return being_loaded();
    for (const auto& id : messages) {
        auto row = write.query("SELECT 1 FROM messages WHERE id = ?1 AND state = 'sending'");
        if (row.with(id).next()) return being_sent();
    }
    for (const auto number : found.deliveries) {
        auto row = write.query(
            "SELECT d.state = 'inflight', c.id, EXISTS (SELECT 1 FROM audience_sources s WHERE s.campaign = c.number "
            "AND s.state = 'pending') FROM deliveries d JOIN campaigns c ON c.number = d.campaign WHERE d.number = ?1");
        if (!row.with(number).next()) continue;
        if (row.boolean(0)) return being_sent();
        if (row.boolean(2))
            return Error{Errc::conflict,
                         fmt::format("campaign {} still loads its audience, which could bring the person back: let it "
                                     "end, or cancel the campaign; nothing was erased",
                                     row.text(1))};
    }
    return {};
}

// True: the row waited to be sent, and does not any more.
bool cancel(Write& write, std::int64_t number, WallTime now) {
    std::int64_t campaign = 0;
    std::optional<DeliveryState> from;
    std::string reason;
    {
        auto row = write.query("SELECT campaign, state, reason FROM deliveries WHERE number = ?1");
        if (!row.with(number).next()) return false;
        campaign = row.integer(0);
        from = delivery_state(row.text(1));
        reason = row.text(2);
    }
    if (!from) return false;
    const auto to = next_state(*from, DeliveryEvent::cancel);
    if (!to) return false;
    write.query("UPDATE deliveries SET state = ?2, reason = '', not_before = 0, updated_at = ?3 WHERE number = ?1")
        .with(number, name(*to), now)
        .run();
    write.changes().move(campaign, *from, *to);
    if (!reason.empty()) write.changes().reason(campaign, *from, reason, -1);
    return true;
}

// False: no event of the delivery is kept.
bool erase_event(Write& write, std::int64_t number) {
    std::int64_t campaign = 0;
    bool queued = false;
    {
        auto row = write.query("SELECT campaign, state = 'queued' FROM tracked_events WHERE delivery = ?1");
        if (!row.with(number).next()) return false;
        campaign = row.integer(0);
        queued = row.boolean(1);
    }
    write
        .query(
            "UPDATE tracked_events SET contact_id = '', "
            "reason = CASE state WHEN 'queued' THEN 'erased' ELSE reason END, "
            "state = CASE state WHEN 'queued' THEN 'failed' ELSE state END WHERE delivery = ?1")
        .with(number)
        .run();
    if (queued) {
        auto& counts = write.changes().events(campaign);
        --counts.queued;
        ++counts.failed;
    }
    return true;
}

void erase_delivery(Write& write, std::int64_t number, WallTime now, Erased& erased) {
    ++erased.deliveries;
    {
        auto row = write.query("SELECT campaign FROM deliveries WHERE number = ?1");
        if (row.with(number).next()) write.changes().touch(row.integer(0));
    }
    erased.cancelled += cancel(write, number, now) ? 1 : 0;
    erased.events += erase_event(write, number) ? 1 : 0;
    write
        .query(
            "UPDATE deliveries SET ref_kind = 'erased', ref = CAST(number AS TEXT), variables = '', contact_id = NULL, "
            "detail = '', message_id = '', request_id = '' WHERE number = ?1")
        .with(number)
        .run();
    write.query("UPDATE attempts SET detail = '', request_id = '' WHERE delivery = ?1").with(number).run();
    write.query("UPDATE resolutions SET note = '' WHERE delivery = ?1").with(number).run();
}

void erase_message(Write& write, const std::string& id, Erased& erased) {
    ++erased.messages;
    write
        .query(
            "UPDATE messages SET ref_kind = 'erased', ref = '', contact_id = '', subject = '', body = '', "
            "intercom_id = '', request_id = '', detail = '' WHERE id = ?1")
        .with(id)
        .run();
}

// Of requests about the person or a message to them: the request is not to be executed again, so its key stays.
std::int64_t erase_answers(Write& write, const WorkspaceId& workspace, const std::string& resource,
                           const std::string& instead) {
    return write
        .query(
            "UPDATE idempotency SET answer = ?3, resource = 'erased' "
            "WHERE workspace = ?1 AND resource = ?2 AND state = 'answered'")
        .with(workspace, resource, instead)
        .run();
}

// Of requests about automations that are gone, whose documents cannot be looked at any more.
std::int64_t erase_orphaned_answers(Write& write, const WorkspaceId& workspace, const Person& person,
                                    const std::string& instead) {
    std::int64_t erased = 0;
    for (const auto& known : person.names)
        erased += write
                      .query(
                          "UPDATE idempotency SET answer = ?3, resource = 'erased' WHERE workspace = ?1 "
                          "AND state = 'answered' AND substr(resource, 1, 4) = 'aut_' AND NOT EXISTS "
                          "(SELECT 1 FROM automations a WHERE a.id = idempotency.resource) "
                          "AND instr(lower(answer), lower(?2)) > 0")
                      .with(workspace, boost::json::serialize(boost::json::string(known.value)), instead)
                      .run();
    return erased;
}

// Nobody enters by name any more, and what was answered about the automation goes.
void erase_from_audiences(Write& write, const WorkspaceId& workspace, const Person& person,
                          const std::vector<NamedIn>& named, const std::string& instead, Erased& erased) {
    forget_named(write, named);
    std::set<std::string> automations;
    for (const auto& each : named) automations.insert(each.id);
    for (const auto& id : automations) erased.answers += erase_answers(write, workspace, id, instead);
    erased.automations = static_cast<std::int64_t>(automations.size());
    erased.answers += erase_orphaned_answers(write, workspace, person, instead);
}

// Whom a row in hand is for is known to its claim only, until its intent.
void add_planned(Write& write, const WorkspaceId& workspace, Found& found) {
    for (const auto& contact : found.person.contacts)
        for (const auto number : write.claims().planned_for(contact)) {
            auto row = write.query("SELECT 1 FROM deliveries WHERE number = ?1 AND workspace = ?2");
            if (row.with(number, workspace).next()) found.deliveries.insert(number);
        }
}

Result<Erased> erase_all(Write& write, const Caller& caller, const ContactRef& asked, Found& found,
                         const std::string& instead, WallTime now) {
    const auto& workspace = caller.workspace;
    add_planned(write, workspace, found);
    const auto messages = find_messages(write.connection(), workspace, found.person);
    const auto runs = find_runs(write.connection(), workspace, found.person);
    const auto named = find_named(write.connection(), workspace, found.person);
    if (auto why = obstacle(write, found, messages, runs, named)) return *std::move(why);
    Erased erased;
    for (const auto number : found.deliveries) erase_delivery(write, number, now, erased);
    erase_from_automations(write, workspace, found.person, runs, now, erased);
    erase_from_audiences(write, workspace, found.person, named, instead, erased);
    for (const auto& id : messages) {
        erase_message(write, id, erased);
        erased.answers += erase_answers(write, workspace, id, instead);
    }
    for (const auto& id : found.person.contacts) {
        erased.answers += erase_answers(write, workspace, audit_resource(ContactId{id}), instead);
        write.query("DELETE FROM contacts WHERE workspace = ?1 AND contact_id = ?2").with(workspace, id).run();
    }
    for (const auto& known : found.person.names)
        write.query("DELETE FROM contacts WHERE workspace = ?1 AND ref_kind = ?2 AND ref = ?3")
            .with(workspace, name(known.kind), known.value)
            .run();
    write.changes().happened(now);
    write.audit(caller, now, contact_data_erased(asked, erased));
    return erased;
}

}  // namespace

Task<Result<Erased>> SqlitePersonalData::erase(Caller caller, std::vector<ContactRef> names, std::string instead,
                                               WallTime now) {
    Found found;
    for (const auto& ref : names) found.person.learn(ref);
    // Every name that turns up may lead to rows that were passed already.
    bool learned = true;
    for (int round = 0; learned && round < most_rounds; ++round) {
        learned = false;
        std::optional<std::int64_t> at = 0;
        while (at) {
            const auto slice = co_await database_.read([&](Connection& connection) -> Result<Slice> {
                const bool more = learn_more(connection, caller.workspace, found.person);
                auto out = find_deliveries(connection, caller.workspace, *at, found.person, found.deliveries);
                out.learned |= more;
                return out;
            });
            if (!slice) co_return slice.error();
            learned |= slice->learned;
            at = slice->next;
        }
    }
    auto erased = co_await database_.write(
        [&](Write& write) -> Result<Erased> { return erase_all(write, caller, names.front(), found, instead, now); });
    if (!erased) co_return erased;
    // What stood in a row before is still in the log until a checkpoint; the pages themselves are overwritten.
    const auto overwritten = co_await database_.ask_writer([](Connection& connection) -> Result<void> {
        auto row = connection.query("PRAGMA wal_checkpoint(TRUNCATE)");
        if (row.next() && row.integer(0) == 0) return {};
        return Error{Errc::store_unavailable, "erased, but the log of the store cannot be overwritten yet"};
    });
    if (!overwritten) co_return overwritten.error();
    co_return erased;
}

}  // namespace herald::sqlite
