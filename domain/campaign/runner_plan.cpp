// From claimed rows to contacts that may be written to.

#include <algorithm>
#include <utility>

#include "domain/campaign/runner.hpp"
#include "domain/campaign/sender.hpp"
#include "domain/core/fan_out.hpp"

namespace herald {

Task<void> CampaignRunner::refill(std::size_t limit) {
    queue_.tidy(ports_.clock.now());
    // A campaign that no row in hand refers to is loaded again when it is needed.
    std::erase_if(active_,
                  [&](const auto& entry) { return entry.second.use_count() == 1 && !queue_.knows(entry.first); });
    auto claimed = co_await ports_.deliveries.claim(workspace_, limit, queue_.holdings(), ports_.clock.wall_now());
    if (!claimed) {
        trouble("claim", claimed.error());
    } else {
        uneven_ -= std::min(uneven_, claimed->size());
        if (claimed->size() < limit && !arrived_) idle_until_ = ports_.clock.now() + options_.poll;
        for (const auto& row : *claimed) queue_.claimed(row);
        if (!claimed->empty()) co_await plan_all(std::move(*claimed));
    }
    if (!unreleased_.empty()) co_await release({});
    refilling_ = false;
    wake_->ring();
}

Task<void> CampaignRunner::plan_all(std::vector<ClaimedDelivery> claimed) {
    std::vector<Unplanned> rows;
    std::vector<Claim> unusable;
    std::map<CampaignId, ActivePtr> asked;  // once a campaign, not once a row
    for (auto& delivery : claimed) {
        auto known = asked.find(delivery.campaign);
        if (known == asked.end()) {
            auto active = stopping_ ? nullptr : co_await activate(delivery.campaign);
            known = asked.emplace(delivery.campaign, std::move(active)).first;
        }
        if (known->second) {
            rows.push_back({std::move(delivery), known->second, {}});
        } else {
            queue_.planned(delivery.campaign);
            unusable.push_back(delivery.claim);
        }
    }
    if (!unusable.empty()) {
        idle_until_ = ports_.clock.now() + options_.poll;
        co_await release(std::move(unusable));
    }
    if (rows.empty()) co_return;

    std::vector<ContactRef> refs;
    for (const auto& row : rows) refs.push_back(normalized(row.delivery.ref));
    const auto oldest = ports_.clock.wall_now() - options_.planning.contact_fresh;
    auto remembered = co_await ports_.memory.recall(workspace_, refs, oldest);
    if (!remembered) trouble("recall", remembered.error());

    std::vector<Unplanned> known;
    std::vector<Unplanned> unknown;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (remembered && (*remembered)[i]) {
            rows[i].person.lookup.contact = std::move((*remembered)[i]);
            known.push_back(std::move(rows[i]));
        } else {
            unknown.push_back(std::move(rows[i]));
        }
    }
    if (!known.empty()) co_await plan_some(std::move(known));

    const auto batches = (unknown.size() + options_.lookup_batch - 1) / options_.lookup_batch;
    co_await fan_out(loop_, ports_.clock, batches, options_.lookups_at_once, [&](std::size_t batch) {
        const auto begin = unknown.begin() + static_cast<std::ptrdiff_t>(batch * options_.lookup_batch);
        const auto end = unknown.begin() +
                         static_cast<std::ptrdiff_t>(std::min(unknown.size(), (batch + 1) * options_.lookup_batch));
        return look_up({std::make_move_iterator(begin), std::make_move_iterator(end)});
    });
}

Task<void> CampaignRunner::look_up(std::vector<Unplanned> some) {
    std::vector<ContactRef> refs;
    std::vector<Claim> claims;
    for (const auto& row : some) {
        refs.push_back(row.delivery.ref);
        claims.push_back(row.delivery.claim);
    }
    auto found = co_await ports_.directory.find(refs, Deadline::after(ports_.clock.now(), options_.lookup_deadline));
    if (!found && is_about_a_reference(found.error())) {
        if (some.size() == 1) {
            some[0].person.unanswered = true;
            co_await plan_some(std::move(some));
        } else {
            // One reference that Intercom cannot answer for must not hold up the others.
            const auto half = some.begin() + static_cast<std::ptrdiff_t>(some.size() / 2);
            co_await look_up({std::make_move_iterator(some.begin()), std::make_move_iterator(half)});
            co_await look_up({std::make_move_iterator(half), std::make_move_iterator(some.end())});
        }
        co_return;
    }
    if (!found) {
        trouble("find contacts", found.error());
        idle_until_ = ports_.clock.now() + options_.poll;
        for (const auto& row : some) queue_.planned(row.delivery.campaign);
        co_await release(std::move(claims));
        co_return;
    }
    for (std::size_t i = 0; i < some.size(); ++i) some[i].person.lookup = std::move((*found)[i]);
    co_await create_missing(some);
    std::vector<Claim> postponed;
    for (const auto& row : some)
        if (row.postponed) postponed.push_back(row.delivery.claim);
    if (!postponed.empty()) {
        idle_until_ = ports_.clock.now() + options_.poll;
        for (const auto& row : some)
            if (row.postponed) queue_.planned(row.delivery.campaign);
        co_await release(std::move(postponed));
        std::erase_if(some, [](const Unplanned& row) { return row.postponed; });
    }
    co_await plan_some(std::move(some));
}

// Only who was created here is remembered, because a search does not find them yet. A row costs a fiftieth of a call to
// look up, and more than the whole send to remember; another campaign to the same people within minutes is rare.
Task<void> CampaignRunner::plan_some(std::vector<Unplanned> some) {
    const auto now = ports_.clock.wall_now();
    std::vector<PlannedDelivery> plans;
    std::vector<ContactMemory::Remembered> learned;
    for (const auto& row : some) {
        plans.push_back(
            plan_of(row.delivery, row.person, row.active->campaign, row.active->content, now, options_.planning));
        if (row.person.born && row.person.lookup.contact)
            learned.push_back({normalized(row.delivery.ref), *row.person.lookup.contact});
    }
    auto planned = co_await ports_.deliveries.plan(std::move(plans), now);
    if (!planned) {
        trouble("plan", planned.error());
        std::vector<Claim> claims;
        for (const auto& row : some) {
            claims.push_back(row.delivery.claim);
            queue_.planned(row.delivery.campaign);
        }
        co_await release(std::move(claims));
        co_return;
    }
    for (auto& row : some)
        if (std::ranges::find(*planned, row.delivery.claim) != planned->end()) {
            if (row.person.born) row.delivery.contact_born = row.person.born;
            queue_.push({std::move(row.delivery), std::move(row.active), std::move(*row.person.lookup.contact)});
        } else {
            queue_.planned(row.delivery.campaign);
        }
    wake_->ring();
    if (learned.empty()) co_return;
    if (const auto kept = co_await ports_.memory.remember(workspace_, std::move(learned), now); !kept)
        trouble("remember", kept.error());
}

// The campaign behind a claimed row, ready to send; null when it cannot be sent from now.
Task<CampaignRunner::ActivePtr> CampaignRunner::activate(CampaignId id) {
    auto found = active_.find(id);
    if (found == active_.end()) {
        auto campaign = co_await ports_.campaigns.get(workspace_, id);
        if (!campaign) {
            trouble("load campaign", campaign.error());
            co_return nullptr;
        }
        auto content = MessageContent::compile(*campaign);
        if (!content) {
            // It was checked when the campaign was created; a template that no longer parses is sent to nobody.
            co_await pause_for_content(std::move(id));
            co_return nullptr;
        }
        const auto begun = campaign->counts[DeliveryState::accepted] + campaign->counts.losses();
        if (begun > 0) queue_.sent_before(id, ports_.clock.now());
        auto active = std::make_shared<Active>(Active{std::move(*campaign), std::move(*content), {}, false});
        active->sender_confirmed = active->campaign.sender.verified;
        found = active_.emplace(std::move(id), std::move(active)).first;
    }
    const auto active = found->second;
    if (active->sender_confirmed) co_return active;
    if (const auto confirmed = co_await confirm_sender(*active); !confirmed) {
        trouble("confirm sender", confirmed.error());
        active_.erase(active->campaign.id);
        co_return nullptr;
    }
    co_return active;
}

Task<Result<void>> CampaignRunner::confirm_sender(Active& active) {
    auto& sender = active.campaign.sender;
    const auto admins = co_await ports_.admins.admins(Deadline::after(ports_.clock.now(), options_.lookup_deadline));
    if (!admins) co_return admins.error();
    const auto* admin = find_admin(*admins, sender);
    if (admin == nullptr) {
        co_await pause_for_content(active.campaign.id);
        co_return Error{Errc::content_rejected, "the sender is not an admin of the workspace"};
    }
    sender.admin_id = admin->id;
    active.sender_confirmed = true;
    co_return co_await ports_.campaigns.sender_verified(machine(workspace_), active.campaign.id, admin->id,
                                                        ports_.clock.wall_now());
}

}  // namespace herald
