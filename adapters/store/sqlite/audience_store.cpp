#include "adapters/store/sqlite/audience_store.hpp"

#include "adapters/store/sqlite/audience.hpp"
#include "adapters/store/sqlite/campaign_changes.hpp"
#include "adapters/store/sqlite/contact_memory.hpp"
#include "adapters/store/sqlite/source_text.hpp"

namespace herald::sqlite {
namespace {

struct Row {
    std::int64_t campaign{};
    CampaignId id;
    std::optional<std::string> cursor;
};

// The source, while it is open and its campaign runs.
std::optional<Row> open_row(Write& write, const WorkspaceId& workspace, std::int64_t source) {
    auto row = write.query(
        "SELECT s.campaign, c.id, s.cursor FROM audience_sources s JOIN campaigns c ON c.number = s.campaign "
        "WHERE s.number = ?1 AND s.workspace = ?2 AND s.state = 'pending' AND c.state = 'running'");
    if (!row.with(source, workspace).next()) return {};
    return Row{row.integer(0), {row.text(1)}, row.optional_text(2)};
}

bool append(Write& write, const WorkspaceId& workspace, const LoadedPage& page, WallTime now) {
    const auto row = open_row(write, workspace, page.source);
    if (!row || row->cursor != page.behind) return false;
    std::vector<Recipient> people;
    std::vector<ContactMemory::Remembered> seen;
    for (const auto& contact : page.contacts) {
        ContactRef ref{ContactRef::Kind::id, contact.id.value};
        people.push_back({ref, {}});
        seen.push_back({std::move(ref), contact});
    }
    const auto added = append_rows(write, row->campaign, workspace, people);
    remember_contacts(write, workspace, seen, now);
    write
        .query(
            "UPDATE audience_sources SET cursor = ?2, state = ?3, found = found + ?4, added = added + ?5, "
            "pages = pages + 1 WHERE number = ?1")
        .with(page.source, page.next, name(page.next ? SourceState::pending : SourceState::done), page.contacts.size(),
              added)
        .run();
    write.changes().touch(row->campaign);  // it may be complete now
    write.changes().happened(now);
    return true;
}

bool restart(Write& write, const WorkspaceId& workspace, std::int64_t source) {
    const auto row = open_row(write, workspace, source);
    if (!row) return false;
    write.query("UPDATE audience_sources SET cursor = NULL, restarted = 1, pages = 0, found = 0 WHERE number = ?1")
        .with(source)
        .run();
    write.changes().touch(row->campaign);
    return true;
}

Result<bool> refuse(Write& write, const WorkspaceId& workspace, std::int64_t source, const std::string& reason,
                    WallTime now) {
    const auto row = open_row(write, workspace, source);
    if (!row) return false;
    write.query("UPDATE audience_sources SET state = ?2, reason = ?3 WHERE number = ?1")
        .with(source, name(SourceState::refused), reason)
        .run();
    const auto paused = change_campaign(write, machine(workspace), row->id, CampaignEvent::pause,
                                        PauseReason::audience_refused, now, {});
    if (!paused) return paused.error();
    return true;
}

}  // namespace

Task<Result<std::optional<OpenSource>>> SqliteAudienceStore::next_source(WorkspaceId workspace, std::int64_t last) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::optional<OpenSource>> {
        auto row = connection.query(
            "SELECT s.number, c.id, s.kind, s.spec, s.cursor, s.restarted, s.pages FROM audience_sources s INDEXED BY "
            "audience_sources_pending JOIN campaigns c ON c.number = s.campaign WHERE s.state = 'pending' "
            "AND s.workspace = ?1 AND c.state = 'running' ORDER BY s.number <= ?2, s.number LIMIT 1");
        if (!row.with(workspace, last).next()) return std::nullopt;
        return OpenSource{row.integer(0),       {row.text(1)},  to_query(row.text(2), row.text(3)),
                          row.optional_text(4), row.boolean(5), row.integer(6)};
    });
}

Task<Result<bool>> SqliteAudienceStore::append_page(WorkspaceId workspace, LoadedPage page, WallTime now) {
    co_return co_await database_.write(
        [&](Write& write) -> Result<bool> { return append(write, workspace, page, now); });
}

Task<Result<bool>> SqliteAudienceStore::restart_source(WorkspaceId workspace, std::int64_t source) {
    co_return co_await database_.write([&](Write& write) -> Result<bool> { return restart(write, workspace, source); });
}

Task<Result<bool>> SqliteAudienceStore::refuse_source(WorkspaceId workspace, std::int64_t source, std::string reason,
                                                      WallTime now) {
    co_return co_await database_.write(
        [&](Write& write) -> Result<bool> { return refuse(write, workspace, source, reason, now); });
}

}  // namespace herald::sqlite
