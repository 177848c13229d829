#include "adapters/store/sqlite/campaign_store.hpp"

#include "adapters/store/sqlite/audience.hpp"
#include "adapters/store/sqlite/campaign_changes.hpp"
#include "adapters/store/sqlite/campaign_pages.hpp"
#include "adapters/store/sqlite/drafts.hpp"
#include "adapters/store/sqlite/idempotency.hpp"
#include "adapters/store/sqlite/launch.hpp"
#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {

Task<Result<Written>> SqliteCampaignStore::create(Caller caller, Campaign campaign, std::vector<Recipient> audience,
                                                  bool launch, std::string body_hash, Idempotency idempotency) {
    co_return co_await database_.write([&](Write& write) -> Result<Written> {
        return create_campaign(write, caller, campaign, audience, launch, body_hash, idempotency);
    });
}

Task<Result<Written>> SqliteCampaignStore::change(Caller caller, CampaignId id, CampaignEvent event, PauseReason reason,
                                                  WallTime now, Idempotency idempotency) {
    co_return co_await database_.write([&](Write& write) -> Result<Written> {
        return change_campaign(write, caller, id, event, reason, now, idempotency);
    });
}

Task<Result<Written>> SqliteCampaignStore::launch(Caller caller, CampaignId id, LaunchTerms terms, WallTime now,
                                                  Idempotency idempotency) {
    co_return co_await database_.write(
        [&](Write& write) -> Result<Written> { return launch_campaign(write, caller, id, terms, now, idempotency); });
}

Task<Result<Written>> SqliteCampaignStore::edit(Caller caller, Campaign edited, Precondition holds, WallTime now,
                                                Idempotency idempotency) {
    co_return co_await database_.write(
        [&](Write& write) -> Result<Written> { return edit_draft(write, caller, edited, holds, now, idempotency); });
}

Task<Result<Written>> SqliteCampaignStore::remove(Caller caller, CampaignId id, Precondition holds, WallTime now,
                                                  Idempotency idempotency) {
    co_return co_await database_.write(
        [&](Write& write) -> Result<Written> { return remove_draft(write, caller, id, holds, now, idempotency); });
}

Task<Result<Written>> SqliteCampaignStore::pace(Caller caller, CampaignId id,
                                                std::optional<std::int64_t> max_per_minute, Precondition holds,
                                                WallTime now, Idempotency idempotency) {
    co_return co_await database_.write([&](Write& write) -> Result<Written> {
        return pace_campaign(write, caller, id, max_per_minute, holds, now, idempotency);
    });
}

Task<Result<Written>> SqliteCampaignStore::retry(Caller caller, CampaignId id, std::vector<DeliveryState> states,
                                                 WallTime now, Idempotency idempotency) {
    co_return co_await database_.write([&](Write& write) -> Result<Written> {
        return retry_campaign(write, caller, id, {states.begin(), states.end()}, now, idempotency);
    });
}

Task<Result<Appended>> SqliteCampaignStore::append_recipients(Caller caller, CampaignId id, std::string upload,
                                                              std::vector<Recipient> batch) {
    co_return co_await database_.write_behind(
        [&](Write& write) -> Result<Appended> { return append_audience(write, caller, id, upload, batch); });
}

Task<Result<void>> SqliteCampaignStore::end_upload(Caller caller, CampaignId id, std::string upload,
                                                   UploadSummary summary, WallTime now) {
    const auto whole = co_await database_.write(
        [&](Write& write) -> Result<bool> { return sqlite::end_upload(write, caller, id, upload, summary, now); });
    if (!whole) co_return whole.error();
    if (!*whole) co_return unavailable();
    co_return Result<void>{};
}

Task<Result<std::optional<std::string>>> SqliteCampaignStore::replay(WorkspaceId workspace, std::string scope,
                                                                     std::string key, std::string request_hash,
                                                                     WallTime now) {
    co_return co_await database_.read(
        [&](Connection& connection) { return stored_answer(connection, workspace, scope, key, request_hash, now); });
}

Task<Result<Campaign>> SqliteCampaignStore::get(WorkspaceId workspace, CampaignId id) {
    co_return co_await database_.read([&](Connection& connection) -> Result<Campaign> {
        auto campaign = find_campaign(connection, workspace, id);
        if (!campaign) return no_such_campaign();
        return std::move(*campaign);
    });
}

Task<Result<std::vector<Campaign>>> SqliteCampaignStore::list(WorkspaceId workspace, CampaignQuery query) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<Campaign>> {
        return campaign_page(connection, workspace, query);
    });
}

Task<Result<std::vector<DeliveryRecord>>> SqliteCampaignStore::deliveries(WorkspaceId workspace, DeliveryQuery query) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<DeliveryRecord>> {
        const auto number = campaign_number(connection, workspace, query.campaign);
        if (!number) return no_such_campaign();
        return delivery_page(connection, workspace, *number, query);
    });
}

Task<Result<std::vector<ReasonCount>>> SqliteCampaignStore::reasons(WorkspaceId workspace, CampaignId id) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<ReasonCount>> {
        const auto number = campaign_number(connection, workspace, id);
        if (!number) return no_such_campaign();
        return reason_counts(connection, *number);
    });
}

Task<Result<void>> SqliteCampaignStore::sender_verified(Caller caller, CampaignId id, std::int64_t admin_id,
                                                        WallTime now) {
    co_return co_await database_.write(
        [&](Write& write) -> Result<void> { return confirm_sender(write, caller, id, admin_id, now); });
}

Task<bool> SqliteCampaignStore::healthy() {
    const auto readable = co_await database_.read(
        [](Connection& connection) -> Result<bool> { return connection.query("SELECT 1 FROM schema_version").next(); });
    if (!readable) co_return false;
    // Takes the write lock and gives it back: the writer's thread lives and nobody else holds the database.
    const auto writable = co_await database_.ask_writer([](Connection& connection) -> Result<bool> {
        const Transaction nothing(connection);
        return true;
    });
    co_return writable.has_value();
}

}  // namespace herald::sqlite
