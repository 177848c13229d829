#include "adapters/store/sqlite/contact_memory.hpp"

#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {
namespace {

constexpr milliseconds kept = std::chrono::hours(24 * 7);
constexpr std::int64_t forgotten_at_once = 500;

}  // namespace

void remember_contacts(Write& write, const WorkspaceId& workspace,
                       const std::vector<ContactMemory::Remembered>& contacts, WallTime now) {
    for (const auto& [ref, contact] : contacts) {
        const auto key = normalized(ref);
        write
            .query(
                "INSERT OR REPLACE INTO contacts (workspace, ref_kind, ref, contact_id, contact, seen_at) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .with(workspace, name(key.kind), key.value, contact.id, to_text(contact), now)
            .run();
    }
}

bool forget_old_contacts(Write& write, WallTime now) {
    const auto rows = write
                          .query(
                              "DELETE FROM contacts WHERE rowid IN "
                              "(SELECT rowid FROM contacts WHERE seen_at < ?1 ORDER BY seen_at LIMIT ?2)")
                          .with(now - kept, forgotten_at_once)
                          .run();
    return rows == forgotten_at_once;
}

Task<Result<std::vector<std::optional<Contact>>>> SqliteContactMemory::recall(WorkspaceId workspace,
                                                                              std::vector<ContactRef> refs,
                                                                              WallTime not_older_than) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<std::optional<Contact>>> {
        std::vector<std::optional<Contact>> found;
        found.reserve(refs.size());
        for (const auto& ref : refs) {
            const auto key = normalized(ref);
            auto row = connection.query(
                "SELECT contact FROM contacts WHERE workspace = ?1 AND ref_kind = ?2 AND ref = ?3 AND seen_at >= ?4");
            auto& contact = found.emplace_back();
            if (row.with(workspace, name(key.kind), key.value, not_older_than).next())
                contact = to_contact(row.text(0));
        }
        return found;
    });
}

Task<Result<void>> SqliteContactMemory::remember(WorkspaceId workspace, std::vector<Remembered> contacts,
                                                 WallTime now) {
    if (contacts.empty()) co_return Result<void>{};
    const auto durable = co_await group_.submit([&](Write& write) {
        remember_contacts(write, workspace, contacts, now);
        return true;
    });
    if (!durable) co_return durable.error();
    co_return Result<void>{};
}

Task<Result<void>> SqliteContactMemory::forget(WorkspaceId workspace, ContactId contact) {
    co_return co_await database_.write([&](Write& write) -> Result<void> {
        write.query("DELETE FROM contacts WHERE workspace = ?1 AND contact_id = ?2").with(workspace, contact).run();
        return {};
    });
}

}  // namespace herald::sqlite
