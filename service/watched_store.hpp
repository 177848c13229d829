#pragma once
// The campaign store as the API sees it: a committed change is told to the sending loop at once, instead of
// at its next poll.

#include <functional>
#include <optional>
#include <utility>

#include "domain/ports/campaign_store.hpp"

namespace herald::service {

class WatchedCampaignStore final : public CampaignStore {
 public:
    WatchedCampaignStore(CampaignStore& store, std::function<void(const WorkspaceId&)> work_arrived,
                         std::function<void(const WorkspaceId&, const CampaignId&)> taken_back,
                         std::function<void()> rows_follow,
                         std::function<void(const WorkspaceId&, const CampaignId&, std::optional<std::int64_t>)> paced)
        : store_(store),
          work_arrived_(std::move(work_arrived)),
          taken_back_(std::move(taken_back)),
          rows_follow_(std::move(rows_follow)),
          paced_(std::move(paced)) {}

    Task<Result<Written>> create(Caller caller, Campaign campaign, std::vector<Recipient> audience, bool launch,
                                 std::string body_hash, Idempotency idempotency) override {
        const auto workspace = caller.workspace;
        auto written = co_await store_.create(std::move(caller), std::move(campaign), std::move(audience), launch,
                                              std::move(body_hash), std::move(idempotency));
        if (written && launch && !written->replay) work_arrived_(workspace);
        co_return written;
    }

    Task<Result<Written>> change(Caller caller, CampaignId id, CampaignEvent event, PauseReason reason, WallTime now,
                                 Idempotency idempotency) override {
        const auto workspace = caller.workspace;
        auto written = co_await store_.change(std::move(caller), id, event, reason, now, std::move(idempotency));
        if (!written || written->replay) co_return written;  // a replay changed nothing now
        switch (event) {
            case CampaignEvent::launch:
            case CampaignEvent::start:
            case CampaignEvent::resume:
                work_arrived_(workspace);
                break;
            case CampaignEvent::pause:
                taken_back_(workspace, id);
                break;
            case CampaignEvent::cancel:
            case CampaignEvent::expire:
                taken_back_(workspace, id);
                rows_follow_();
                break;
            case CampaignEvent::schedule:
            case CampaignEvent::hold:
            case CampaignEvent::retry:
            case CampaignEvent::complete:
                break;
        }
        co_return written;
    }

    Task<Result<Written>> launch(Caller caller, CampaignId id, LaunchTerms terms, WallTime now,
                                 Idempotency idempotency) override {
        const bool at_once = !terms.at;
        const auto workspace = caller.workspace;
        auto written =
            co_await store_.launch(std::move(caller), std::move(id), std::move(terms), now, std::move(idempotency));
        if (written && at_once && !written->replay) work_arrived_(workspace);
        co_return written;
    }
    Task<Result<Written>> edit(Caller caller, Campaign edited, Precondition holds, WallTime now,
                               Idempotency idempotency) override {
        return store_.edit(std::move(caller), std::move(edited), std::move(holds), now, std::move(idempotency));
    }
    Task<Result<Written>> pace(Caller caller, CampaignId id, std::optional<std::int64_t> max_per_minute,
                               Precondition holds, WallTime now, Idempotency idempotency) override {
        const auto workspace = caller.workspace;
        auto written =
            co_await store_.pace(std::move(caller), id, max_per_minute, std::move(holds), now, std::move(idempotency));
        if (written && !written->replay) paced_(workspace, id, max_per_minute);
        co_return written;
    }
    Task<Result<Written>> remove(Caller caller, CampaignId id, Precondition holds, WallTime now,
                                 Idempotency idempotency) override {
        auto written =
            co_await store_.remove(std::move(caller), std::move(id), std::move(holds), now, std::move(idempotency));
        if (written) rows_follow_();
        co_return written;
    }

    Task<Result<Written>> retry(Caller caller, CampaignId id, std::vector<DeliveryState> states, WallTime now,
                                Idempotency idempotency) override {
        const auto workspace = caller.workspace;
        auto written =
            co_await store_.retry(std::move(caller), std::move(id), std::move(states), now, std::move(idempotency));
        if (written) {
            work_arrived_(workspace);
            rows_follow_();
        }
        co_return written;
    }

    Task<Result<Appended>> append_recipients(Caller caller, CampaignId id, std::string upload,
                                             std::vector<Recipient> batch) override {
        return store_.append_recipients(std::move(caller), std::move(id), std::move(upload), std::move(batch));
    }
    Task<Result<void>> end_upload(Caller caller, CampaignId id, std::string upload, UploadSummary summary,
                                  WallTime now) override {
        return store_.end_upload(std::move(caller), std::move(id), std::move(upload), std::move(summary), now);
    }
    Task<Result<std::optional<std::string>>> replay(WorkspaceId workspace, std::string scope, std::string key,
                                                    std::string request_hash, WallTime now) override {
        return store_.replay(std::move(workspace), std::move(scope), std::move(key), std::move(request_hash), now);
    }
    Task<Result<Campaign>> get(WorkspaceId workspace, CampaignId id) override {
        return store_.get(std::move(workspace), std::move(id));
    }
    Task<Result<std::vector<Campaign>>> list(WorkspaceId workspace, CampaignQuery query) override {
        return store_.list(std::move(workspace), std::move(query));
    }
    Task<Result<std::vector<DeliveryRecord>>> deliveries(WorkspaceId workspace, DeliveryQuery query) override {
        return store_.deliveries(std::move(workspace), std::move(query));
    }
    Task<Result<std::vector<ReasonCount>>> reasons(WorkspaceId workspace, CampaignId id) override {
        return store_.reasons(std::move(workspace), std::move(id));
    }
    Task<Result<void>> sender_verified(Caller caller, CampaignId id, std::int64_t admin_id, WallTime now) override {
        return store_.sender_verified(std::move(caller), std::move(id), admin_id, now);
    }
    // As last seen by the process's own check, so that a probe of a stuck store is answered at once.
    Task<bool> healthy() override { co_return healthy_; }
    void seen_healthy(bool healthy) { healthy_ = healthy; }

 private:
    CampaignStore& store_;
    bool healthy_{true};
    std::function<void(const WorkspaceId&)> work_arrived_;
    std::function<void(const WorkspaceId&, const CampaignId&)> taken_back_;
    std::function<void()> rows_follow_;
    std::function<void(const WorkspaceId&, const CampaignId&, std::optional<std::int64_t>)> paced_;
};

}  // namespace herald::service
