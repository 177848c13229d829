#include "adapters/store/sqlite/audience.hpp"

#include "adapters/store/sqlite/campaign_changes.hpp"
#include "adapters/store/sqlite/rows.hpp"
#include "domain/audit/records.hpp"

namespace herald::sqlite {
namespace {

// Writes rows one behind the other.
class Rows {
 public:
    Rows(Write& write, std::int64_t campaign, const WorkspaceId& workspace, std::int64_t position)
        : row_(write.query(
              "INSERT INTO deliveries (campaign, workspace, position, ref_kind, ref, variables, repeated, state) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'queued') ON CONFLICT DO NOTHING")),
          campaign_(campaign),
          workspace_(workspace),
          position_(position) {}

    // False: the reference stands there already.
    bool add(const Recipient& recipient, bool repeated) {
        row_.with(campaign_, workspace_, position_, name(recipient.ref.kind), recipient.ref.value,
                  to_text(recipient.variables), repeated);
        const bool added = row_.run() > 0;
        row_.again();
        if (added) ++position_;
        return added;
    }

 private:
    Query row_;
    std::int64_t campaign_;
    const WorkspaceId& workspace_;
    std::int64_t position_;
};

std::int64_t next_position(Write& write, std::int64_t campaign) {
    auto row = write.query(
        "SELECT coalesce(max(position) + 1, 0) FROM deliveries INDEXED BY deliveries_position WHERE campaign = ?1");
    return row.with(campaign).next() ? row.integer(0) : 0;
}

void note_upload(Write& write, const Caller& caller, const CampaignId& id, const std::string& upload,
                 const Appended& batch) {
    write
        .query(
            "INSERT INTO open_uploads (upload, workspace, campaign, actor, request_id, added, duplicates) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET added = added + excluded.added, "
            "duplicates = duplicates + excluded.duplicates")
        .with(upload, caller.workspace, id, caller.actor, caller.request_id, batch.added, batch.duplicates)
        .run();
}

}  // namespace

void insert_audience(Write& write, std::int64_t campaign, const WorkspaceId& workspace,
                     const std::vector<Recipient>& audience) {
    Rows rows(write, campaign, workspace, 0);
    for (const auto& recipient : audience)
        if (!rows.add(recipient, false)) rows.add(recipient, true);
    write.changes().add(campaign, DeliveryState::queued, static_cast<std::int64_t>(audience.size()));
}

Result<Appended> append_audience(Write& write, const Caller& caller, const CampaignId& id, const std::string& upload,
                                 const std::vector<Recipient>& batch) {
    const auto number = campaign_number(write.connection(), caller.workspace, id);
    const auto campaign = find_campaign(write.connection(), caller.workspace, id);
    if (!number || !campaign) return no_such_campaign();
    if (auto open = may_grow(campaign->state); !open) return open.error();

    Appended out;
    out.added = append_rows(write, *number, caller.workspace, batch);
    out.duplicates = static_cast<std::int64_t>(batch.size()) - out.added;
    out.audience = campaign->counts.audience() + out.added;
    note_upload(write, caller, id, upload, out);
    return out;
}

std::int64_t append_rows(Write& write, std::int64_t campaign, const WorkspaceId& workspace,
                         const std::vector<Recipient>& batch) {
    Rows rows(write, campaign, workspace, next_position(write, campaign));
    const auto added =
        std::ranges::count_if(batch, [&](const Recipient& recipient) { return rows.add(recipient, false); });
    if (added > 0) write.changes().add(campaign, DeliveryState::queued, added);
    return added;
}

Result<bool> end_upload(Write& write, const Caller& caller, const CampaignId& id, const std::string& upload,
                        UploadSummary summary, WallTime now) {
    if (!campaign_number(write.connection(), caller.workspace, id)) return no_such_campaign();
    Appended stored;
    {
        auto row = write.query("DELETE FROM open_uploads WHERE upload = ?1 RETURNING added, duplicates");
        if (row.with(upload).next()) stored = {row.integer(0), row.integer(1), 0};
    }
    // Batches are written behind: those of a transaction that failed are told by what is missing.
    const bool whole = stored.added == summary.added && stored.duplicates == summary.duplicates;
    if (!whole) {
        summary.added = stored.added;
        summary.duplicates = stored.duplicates;
        summary.outcome = name(Errc::store_unavailable);
    }
    write.audit(caller, now, recipients_uploaded(id, summary));
    return whole;
}

void close_uploads(Write& write, WallTime now) {
    auto row =
        write.query("DELETE FROM open_uploads RETURNING workspace, campaign, actor, request_id, added, duplicates");
    while (row.next())
        write.audit({{row.text(0)}, row.text(2), row.text(3)}, now,
                    upload_interrupted({row.text(1)}, row.integer(4), row.integer(5)));
}

}  // namespace herald::sqlite
