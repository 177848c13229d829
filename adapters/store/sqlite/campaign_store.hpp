#pragma once
// Campaigns, their audience and the answers of repeated writes.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/campaign_store.hpp"

namespace herald::sqlite {

// `deliveries` and `reasons` answer not_found for a campaign that is not in the workspace.
class SqliteCampaignStore final : public CampaignStore {
 public:
    explicit SqliteCampaignStore(Database& database) : database_(database) {}

    Task<Result<Written>> create(Caller caller, Campaign campaign, std::vector<Recipient> audience, bool launch,
                                 std::string body_hash, Idempotency idempotency) override;
    Task<Result<Written>> change(Caller caller, CampaignId id, CampaignEvent event, PauseReason reason, WallTime now,
                                 Idempotency idempotency) override;
    Task<Result<Written>> launch(Caller caller, CampaignId id, LaunchTerms terms, WallTime now,
                                 Idempotency idempotency) override;
    Task<Result<Written>> edit(Caller caller, Campaign edited, Precondition holds, WallTime now,
                               Idempotency idempotency) override;
    Task<Result<Written>> remove(Caller caller, CampaignId id, Precondition holds, WallTime now,
                                 Idempotency idempotency) override;
    Task<Result<Written>> pace(Caller caller, CampaignId id, std::optional<std::int64_t> max_per_minute,
                               Precondition holds, WallTime now, Idempotency idempotency) override;
    Task<Result<Written>> retry(Caller caller, CampaignId id, std::vector<DeliveryState> states, WallTime now,
                                Idempotency idempotency) override;
    Task<Result<Appended>> append_recipients(Caller caller, CampaignId id, std::string upload,
                                             std::vector<Recipient> batch) override;
    Task<Result<void>> end_upload(Caller caller, CampaignId id, std::string upload, UploadSummary summary,
                                  WallTime now) override;
    Task<Result<std::optional<std::string>>> replay(WorkspaceId workspace, std::string scope, std::string key,
                                                    std::string request_hash, WallTime now) override;
    Task<Result<Campaign>> get(WorkspaceId workspace, CampaignId id) override;
    Task<Result<std::vector<Campaign>>> list(WorkspaceId workspace, CampaignQuery query) override;
    Task<Result<std::vector<DeliveryRecord>>> deliveries(WorkspaceId workspace, DeliveryQuery query) override;
    Task<Result<std::vector<ReasonCount>>> reasons(WorkspaceId workspace, CampaignId id) override;
    Task<Result<void>> sender_verified(Caller caller, CampaignId id, std::int64_t admin_id, WallTime now) override;
    Task<bool> healthy() override;

 private:
    Database& database_;
};

}  // namespace herald::sqlite
