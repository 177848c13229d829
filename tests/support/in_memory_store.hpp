#pragma once
// The delivery protocol in memory, for tests of the sending loop: the same table of states, no disk, and
// switches for what a disk can do to it.

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/campaign/pacer.hpp"
#include "domain/ports/campaign_store.hpp"
#include "domain/ports/campaign_upkeep.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::test {

class InMemoryStore final : public CampaignStore, public CampaignUpkeep, public DeliveryStore, public ContactMemory {
 public:
    struct Row {
        CampaignId campaign;
        Recipient recipient{};
        DeliveryState state{DeliveryState::queued};
        std::int64_t claim{};  // the last one
        bool held{};           // under it
        std::int64_t attempts{};
        std::int64_t throttled{};
        std::int64_t lookups{};
        std::optional<WallTime> not_before;
        std::string reason;
        std::string message_id;
        std::string detail;
        std::optional<WallTime> contact_born;
    };

    explicit InMemoryStore(Clock& clock) : clock_(clock) {}

    void add(Campaign campaign, std::vector<Recipient> audience) {
        for (auto& recipient : audience) rows.push_back({.campaign = campaign.id, .recipient = std::move(recipient)});
        campaigns[campaign.id] = std::move(campaign);
    }
    DeliveryCounts counts() const {
        DeliveryCounts out;
        for (const auto& row : rows) ++out[row.state];
        return out;
    }

    std::int64_t held() const { return std::ranges::count(rows, true, &Row::held); }
    std::int64_t held_of(const CampaignId& id) const {
        return std::ranges::count_if(rows, [&](const Row& row) { return row.held && row.campaign == id; });
    }

    // What a store may do to the loop.
    milliseconds intend_takes{};
    int settles_to_fail{};
    bool down{};

    std::vector<Row> rows;  // number = index + 1
    std::map<CampaignId, Campaign> campaigns;
    std::vector<Settlement> settlements;

    // DeliveryStore
    Task<Result<std::vector<ClaimedDelivery>>> claim(WorkspaceId workspace, std::size_t limit, Holdings held,
                                                     WallTime now) override {
        if (down) co_return failed();
        auto open = due_rows(workspace, now);
        std::vector<ClaimedDelivery> out;
        while (out.size() < limit) {
            std::erase_if(open, [&](const auto& entry) {
                return entry.second.empty() ||
                       held[entry.first] >= claimed_ahead(campaigns.at(entry.first).max_per_minute);
            });
            if (open.empty()) break;
            const auto next = std::ranges::min_element(open, {}, [&](const auto& entry) { return held[entry.first]; });
            ++held[next->first];
            out.push_back(take(next->second.front()));
            next->second.pop_front();
        }
        co_return out;
    }
    Task<Result<std::vector<Claim>>> plan(std::vector<PlannedDelivery> plans, WallTime) override {
        if (down) co_return failed();
        std::vector<Claim> ready;
        for (const auto& plan : plans) {
            auto* row = find(plan.claim);
            if (row == nullptr || !row->held) continue;
            const bool first = !plan.contact ||
                               who_has_.try_emplace({row->campaign, *plan.contact}, plan.claim.number).first->second ==
                                   plan.claim.number;
            row->held = first && plan.event == DeliveryEvent::intend;
            if (!first) {
                move(*row, DeliveryEvent::skip);
                row->reason = "duplicate";
            } else if (plan.event == DeliveryEvent::intend) {
                if (plan.contact_born) row->contact_born = plan.contact_born;
                ready.push_back(plan.claim);
            } else {
                move(*row, plan.event);
                row->reason = plan.reason;
                row->detail = plan.detail;
                row->not_before = plan.not_before;
                if (plan.event == DeliveryEvent::defer) ++row->lookups;
            }
        }
        co_return ready;
    }
    Task<Result<bool>> intend(Claim claim, WallTime) override {
        if (intend_takes.count() > 0) co_await clock_.sleep_for(intend_takes);
        if (down) co_return failed();
        auto* row = find(claim);
        const bool ours = row != nullptr && std::exchange(row->held, false);
        if (!ours || !running(*row) || !move(*row, DeliveryEvent::intend)) co_return false;
        ++row->attempts;
        co_return true;
    }
    Task<Result<bool>> settle(Settlement settlement) override {
        if (settles_to_fail > 0 && settles_to_fail-- > 0) co_return failed();
        auto* row = find(settlement.claim);
        if (row == nullptr || !move(*row, settlement.event)) co_return false;
        row->reason = settlement.reason;
        row->message_id = settlement.message_id;
        row->not_before = settlement.not_before;
        if (settlement.event == DeliveryEvent::withdraw && !settlement.charge) --row->attempts;
        if (settlement.throttled) ++row->throttled;
        if (settlement.forget_contact) {
            ++row->lookups;
            std::erase_if(who_has_, [&](const auto& entry) { return entry.second == settlement.claim.number; });
        }
        settlements.push_back(std::move(settlement));
        co_return true;
    }
    Task<Result<void>> release(std::vector<Claim> claims) override {
        if (down) co_return failed();
        for (const auto& claim : claims)
            if (auto* row = find(claim)) row->held = false;
        co_return Result<void>{};
    }
    Task<Result<std::vector<PendingEvent>>> claim_events(WorkspaceId, std::size_t, WallTime) override {
        co_return std::vector<PendingEvent>{};
    }
    Task<Result<void>> settle_events(std::vector<EventSettlement>) override { co_return Result<void>{}; }
    Task<Result<bool>> has_work(WorkspaceId) override {
        co_return std::ranges::any_of(rows, [](const Row& row) { return !is_terminal(row.state); });
    }

    // CampaignStore, as far as the sending loop asks
    Task<Result<Campaign>> get(WorkspaceId, CampaignId id) override {
        if (down) co_return failed();
        co_return campaigns.at(id);
    }
    Task<Result<Written>> change(Caller, CampaignId id, CampaignEvent event, PauseReason reason, WallTime now,
                                 Idempotency) override {
        if (down) co_return failed();
        auto& campaign = campaigns.at(id);
        const auto next = next_state(campaign.state, event);
        if (!next) co_return next.error();
        if (event == CampaignEvent::start || event == CampaignEvent::hold || event == CampaignEvent::expire)
            if (const auto due = is_due(campaign, event, now); !due) co_return due.error();
        changes.push_back({id, event, now});
        if (event == CampaignEvent::expire)
            for (auto& row : rows)
                if (row.campaign == id) move(row, DeliveryEvent::expire);
        campaign.state = *next;
        campaign.paused_for = *next == CampaignState::paused ? std::optional(reason) : std::nullopt;
        for (auto& row : rows)
            if (row.campaign == id && *next != CampaignState::running) row.held = false;
        co_return Written{campaign, {}, false};
    }
    struct Change {
        CampaignId id;
        CampaignEvent event{};
        WallTime at{};

        friend bool operator==(const Change&, const Change&) = default;
    };
    std::vector<Change> changes;

    // CampaignUpkeep
    Task<Result<std::vector<Timed>>> timed(WorkspaceId, WallTime until, std::size_t limit) override {
        ++asked_for_timed;
        if (down) co_return failed();
        std::vector<Timed> out;
        for (const auto& [id, c] : campaigns) {
            const Timed timed{id, c.state, c.scheduled_at, c.expires_at};
            const bool open = c.state == CampaignState::scheduled || c.state == CampaignState::running;
            if (open && out.size() < limit && next_moment(timed) && *next_moment(timed) <= until) out.push_back(timed);
        }
        co_return out;
    }
    Task<Result<bool>> sweep(WallTime) override { co_return false; }
    int asked_for_timed{};

    Task<Result<void>> sender_verified(Caller, CampaignId id, std::int64_t admin_id, WallTime) override {
        campaigns.at(id).sender = {admin_id, {}, true};
        co_return Result<void>{};
    }
    Task<bool> healthy() override { co_return !down; }
    Task<Result<Written>> create(Caller, Campaign, std::vector<Recipient>, bool, std::string, Idempotency) override {
        co_return not_here();
    }
    Task<Result<Written>> launch(Caller, CampaignId, LaunchTerms, WallTime, Idempotency) override {
        co_return not_here();
    }
    Task<Result<Written>> edit(Caller, Campaign, Precondition, WallTime, Idempotency) override { co_return not_here(); }
    Task<Result<Written>> remove(Caller, CampaignId, Precondition, WallTime, Idempotency) override {
        co_return not_here();
    }
    Task<Result<Written>> pace(Caller, CampaignId, std::optional<std::int64_t>, Precondition, WallTime,
                               Idempotency) override {
        co_return not_here();
    }
    Task<Result<Written>> retry(Caller, CampaignId, std::vector<DeliveryState>, WallTime, Idempotency) override {
        co_return not_here();
    }
    Task<Result<Appended>> append_recipients(Caller, CampaignId, std::string, std::vector<Recipient>) override {
        co_return not_here();
    }
    Task<Result<void>> end_upload(Caller, CampaignId, std::string, UploadSummary, WallTime) override {
        co_return not_here();
    }
    Task<Result<std::optional<std::string>>> replay(WorkspaceId, std::string, std::string, std::string,
                                                    WallTime) override {
        co_return not_here();
    }
    Task<Result<std::vector<Campaign>>> list(WorkspaceId, CampaignQuery) override { co_return not_here(); }
    Task<Result<std::vector<DeliveryRecord>>> deliveries(WorkspaceId, DeliveryQuery) override { co_return not_here(); }
    Task<Result<std::vector<ReasonCount>>> reasons(WorkspaceId, CampaignId) override { co_return not_here(); }

    // ContactMemory: remembers nothing, so that every person is looked up
    Task<Result<std::vector<std::optional<Contact>>>> recall(WorkspaceId, std::vector<ContactRef> refs,
                                                             WallTime) override {
        co_return std::vector<std::optional<Contact>>(refs.size());
    }
    Task<Result<void>> remember(WorkspaceId, std::vector<Remembered>, WallTime) override { co_return Result<void>{}; }
    Task<Result<void>> forget(WorkspaceId, ContactId contact) override {
        forgotten.insert(contact.value);
        co_return Result<void>{};
    }
    std::set<std::string> forgotten;

 private:
    // By campaign: rows with a due time first, then by position.
    std::map<CampaignId, std::deque<std::size_t>> due_rows(const WorkspaceId& workspace, WallTime now) {
        std::map<CampaignId, std::deque<std::size_t>> out;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto& row = rows[i];
            if (row.held || !next_state(row.state, DeliveryEvent::intend) || row.not_before.value_or(now) > now ||
                !running(row) || campaigns.at(row.campaign).workspace != workspace)
                continue;
            out[row.campaign].push_back(i);
        }
        for (auto& [campaign, due] : out)
            std::ranges::sort(
                due, {}, [&](std::size_t i) { return std::pair(rows[i].not_before.value_or(WallTime::max()), i); });
        return out;
    }
    ClaimedDelivery take(std::size_t index) {
        auto& row = rows[index];
        row.held = true;
        row.claim = ++last_claim_;
        return {{number(index), row.claim},
                row.campaign,
                row.recipient.ref,
                row.recipient.variables,
                row.attempts,
                row.throttled,
                row.lookups,
                row.contact_born,
                campaigns.at(row.campaign).max_per_minute};
    }
    static Error failed() { return {Errc::store_unavailable, "the store is down"}; }
    static Error not_here() { return {Errc::not_found, "the sending loop does not ask this"}; }
    static std::int64_t number(std::size_t index) { return static_cast<std::int64_t>(index) + 1; }
    bool running(const Row& row) { return campaigns.at(row.campaign).state == CampaignState::running; }
    Row* find(const Claim& claim) {
        auto& row = rows.at(static_cast<std::size_t>(claim.number - 1));
        return row.claim == claim.claim ? &row : nullptr;
    }
    static bool move(Row& row, DeliveryEvent event) {
        const auto next = next_state(row.state, event);
        if (next) row.state = *next;
        return next.has_value();
    }

    std::map<std::pair<CampaignId, ContactId>, std::int64_t> who_has_;  // the row of a person in a campaign
    std::int64_t last_claim_{};
    Clock& clock_;
};

}  // namespace herald::test
