#pragma once
// Contacts as Intercom last described them, by workspace and reference.

#include "adapters/store/sqlite/group_commit.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::sqlite {

// As ContactMemory::remember, in a transaction of the caller's.
void remember_contacts(Write& write, const WorkspaceId& workspace,
                       const std::vector<ContactMemory::Remembered>& contacts, WallTime now);
// Deletes descriptions older than a week, which are personal data without a use. True: there may be more.
bool forget_old_contacts(Write& write, WallTime now);

class SqliteContactMemory final : public ContactMemory {
 public:
    SqliteContactMemory(Database& database, GroupCommit& group) : database_(database), group_(group) {}

    Task<Result<std::vector<std::optional<Contact>>>> recall(WorkspaceId workspace, std::vector<ContactRef> refs,
                                                             WallTime not_older_than) override;
    Task<Result<void>> remember(WorkspaceId workspace, std::vector<Remembered> contacts, WallTime now) override;
    Task<Result<void>> forget(WorkspaceId workspace, ContactId contact) override;

 private:
    Database& database_;
    GroupCommit& group_;
};

}  // namespace herald::sqlite
