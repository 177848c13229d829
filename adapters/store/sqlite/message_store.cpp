#include "adapters/store/sqlite/message_store.hpp"

#include <fmt/format.h>

#include "adapters/store/sqlite/idempotency.hpp"
#include "adapters/store/sqlite/rows.hpp"
#include "domain/audit/operation_records.hpp"

namespace herald::sqlite {
namespace {

constexpr std::string_view columns =
    "id, workspace, ref_kind, ref, contact_id, channel, subject, body, style, admin_id, policy, state, attempts, "
    "possible_duplicate, intercom_id, request_id, reason, detail, created_at, updated_at";

Style style_of(std::string_view text) {
    return text == name(Style::personal) ? Style::personal : Style::plain;
}

void insert(Write& write, const Caller& caller, const DirectMessage& message) {
    write
        .query(
            "INSERT INTO messages (id, workspace, ref_kind, ref, contact_id, channel, subject, body, style, admin_id, "
            "policy, actor, state, created_at, updated_at) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14)")
        .with(message.id, caller.workspace, name(message.ref.kind), message.ref.value, message.contact,
              name(message.channel), message.subject, message.body, name(message.style), message.admin_id,
              name(message.policy), caller.actor, name(MessageState::sending), message.created_at)
        .run();
}

DirectMessage to_message(const Query& row) {
    DirectMessage out;
    out.id = {row.text(0)};
    out.workspace = {row.text(1)};
    out.ref = to_ref(row.text(2), row.text(3));
    out.contact = {row.text(4)};
    out.channel = row.text(5) == name(Channel::email) ? Channel::email : Channel::in_app;
    out.subject = row.text(6);
    out.body = row.text(7);
    out.style = style_of(row.text(8));
    out.admin_id = row.integer(9);
    out.policy = send_policy(row.text(10)).value_or(SendPolicy::at_least_once);
    out.state = message_state(row.text(11)).value_or(MessageState::unknown);
    out.attempts = row.integer(12);
    out.possible_duplicate = row.boolean(13);
    out.intercom_id = row.text(14);
    out.request_id = row.text(15);
    out.reason = row.text(16);
    out.detail = row.text(17);
    out.created_at = row.time(18);
    out.updated_at = row.time(19);
    return out;
}

}  // namespace

Task<Result<KeyRecord>> SqliteMessageStore::intend(Caller caller, DirectMessage message, RequestKey key,
                                                   WallTime expires_at) {
    co_return co_await database_.write([&](Write& write) -> Result<KeyRecord> {
        auto known = begin_key(write, caller.workspace, key, message.id.value, message.created_at, expires_at);
        if (known && known->state == KeyRecord::State::unused) insert(write, caller, message);
        return known;
    });
}

Task<Result<void>> SqliteMessageStore::settle(Caller caller, DirectMessage message, RequestKey key,
                                              std::optional<std::string> answer) {
    co_return co_await database_.write([&](Write& write) -> Result<void> {
        write
            .query(
                "UPDATE messages SET contact_id = ?2, state = ?3, attempts = ?4, possible_duplicate = ?5, "
                "intercom_id = ?6, request_id = ?7, reason = ?8, detail = ?9, updated_at = ?10 "
                "WHERE id = ?1 AND state = 'sending'")
            .with(message.id, message.contact, name(message.state), message.attempts, message.possible_duplicate,
                  message.intercom_id, message.request_id, message.reason, message.detail, message.updated_at)
            .run();
        if (answer)
            finish_key(write, message.workspace, key, *answer, message.id.value);
        else
            abandon_key(write, message.workspace, key);
        write.audit(caller, message.updated_at, message_sent(message));
        return {};
    });
}

Task<Result<DirectMessage>> SqliteMessageStore::find(WorkspaceId workspace, MessageId id) {
    co_return co_await database_.read([&](Connection& connection) -> Result<DirectMessage> {
        auto row = connection.query(fmt::format("SELECT {} FROM messages WHERE id = ?1 AND workspace = ?2", columns));
        if (!row.with(id, workspace).next()) return Error{Errc::not_found, "there is no such message"};
        return to_message(row);
    });
}

std::int64_t lose_messages(Write& write, WallTime now) {
    std::vector<DirectMessage> lost;
    {
        auto row = write.query(
            fmt::format("SELECT {} FROM messages INDEXED BY messages_sending WHERE state = 'sending'", columns));
        while (row.next()) lost.push_back(to_message(row));
    }
    for (auto& message : lost) {
        message.state = MessageState::unknown;
        message.reason = "crash";
        write.query("UPDATE messages SET state = ?2, reason = ?3, updated_at = ?4 WHERE id = ?1")
            .with(message.id, name(message.state), message.reason, now)
            .run();
        write.audit(machine(message.workspace), now, message_sent(message));
    }
    return static_cast<std::int64_t>(lost.size());
}

}  // namespace herald::sqlite
