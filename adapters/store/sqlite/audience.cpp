#include "adapters/store/sqlite/audience.hpp"

#include "adapters/store/sqlite/campaign_changes.hpp"
#include "adapters/store/sqlite/rows.hpp"

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

}  // namespace

void insert_audience(Write& write, std::int64_t campaign, const WorkspaceId& workspace,
                     const std::vector<Recipient>& audience) {
    Rows rows(write, campaign, workspace, 0);
    for (const auto& recipient : audience)
        if (!rows.add(recipient, false)) rows.add(recipient, true);
    write.changes().add(campaign, DeliveryState::queued, static_cast<std::int64_t>(audience.size()));
}

Result<Appended> append_audience(Write& write, const Caller& caller, const CampaignId& id,
                                 const std::vector<Recipient>& batch) {
    const auto number = campaign_number(write.connection(), caller.workspace, id);
    const auto campaign = find_campaign(write.connection(), caller.workspace, id);
    if (!number || !campaign) return no_such_campaign();
    if (auto open = may_grow(campaign->state); !open) return open.error();

    Appended out;
    out.added = append_rows(write, *number, caller.workspace, batch);
    out.duplicates = static_cast<std::int64_t>(batch.size()) - out.added;
    out.audience = campaign->counts.audience() + out.added;
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

}  // namespace herald::sqlite
