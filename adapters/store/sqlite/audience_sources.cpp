#include "adapters/store/sqlite/audience_sources.hpp"

#include "adapters/store/sqlite/source_text.hpp"

namespace herald::sqlite {
namespace {

SourceState source_state(std::string_view text) {
    for (const auto state : {SourceState::done, SourceState::refused})
        if (name(state) == text) return state;
    return SourceState::pending;
}

}  // namespace

void insert_sources(Write& write, std::int64_t campaign, const WorkspaceId& workspace,
                    const std::vector<AudienceSource>& sources) {
    for (const auto& source : sources) {
        const auto text = to_text(source.query);
        write.query("INSERT INTO audience_sources (campaign, workspace, kind, spec, state) VALUES (?1, ?2, ?3, ?4, ?5)")
            .with(campaign, workspace, text.kind, text.spec, name(SourceState::pending))
            .run();
    }
}

std::vector<AudienceSource> sources_of(Connection& connection, std::int64_t campaign) {
    std::vector<AudienceSource> out;
    auto row = connection.query(
        "SELECT kind, spec, state, found, added, reason FROM audience_sources INDEXED BY audience_sources_campaign "
        "WHERE campaign = ?1 ORDER BY number");
    row.with(campaign);
    while (row.next())
        out.push_back({to_query(row.text(0), row.text(1)), source_state(row.text(2)), row.integer(3), row.integer(4),
                       row.text(5)});
    return out;
}

bool has_open_source(Connection& connection, std::int64_t campaign) {
    return connection
        .query(
            "SELECT 1 FROM audience_sources INDEXED BY audience_sources_campaign "
            "WHERE campaign = ?1 AND state <> 'done' LIMIT 1")
        .with(campaign)
        .next();
}

void reopen_sources(Write& write, std::int64_t campaign) {
    write
        .query(
            "UPDATE audience_sources SET state = 'pending', cursor = NULL, restarted = 0, pages = 0, found = 0, "
            "reason = '' WHERE campaign = ?1 AND state = 'refused'")
        .with(campaign)
        .run();
}

void close_sources(Write& write, std::int64_t campaign, std::string_view reason) {
    write.query("UPDATE audience_sources SET state = 'done', reason = ?2 WHERE campaign = ?1 AND state <> 'done'")
        .with(campaign, reason)
        .run();
}

}  // namespace herald::sqlite
