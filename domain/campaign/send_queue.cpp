#include "domain/campaign/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace herald {

SendQueue::Line& SendQueue::line_of(const CampaignId& campaign) {
    const auto known = by_id_.find(campaign);
    if (known != by_id_.end()) return *known->second;
    const auto line = lines_.insert(lines_.end(), Line{.campaign = campaign});
    by_id_.emplace(campaign, line);
    return *line;
}

void SendQueue::claimed(const ClaimedDelivery& row) {
    auto& line = line_of(row.campaign);
    line.pacer.set(row.max_per_minute);
    ++line.planning;
    ++planning_;
}

void SendQueue::planned(const CampaignId& campaign) {
    --line_of(campaign).planning;
    --planning_;
}

void SendQueue::push(ReadyDelivery row) {
    planned(row.delivery.campaign);
    auto& line = line_of(row.delivery.campaign);
    line.ready.push_back(std::move(row));
    ++ready_;
}

std::optional<ReadyDelivery> SendQueue::pop(SteadyTime now) {
    const auto line =
        std::ranges::find_if(lines_, [now](const Line& l) { return !l.ready.empty() && l.pacer.due() <= now; });
    if (line == lines_.end()) return std::nullopt;
    std::optional<ReadyDelivery> row = std::move(line->ready.front());
    line->ready.pop_front();
    --ready_;
    line->pacer.take(now);
    lines_.splice(lines_.end(), lines_, line);
    return row;
}

SteadyTime SendQueue::due(SteadyTime now) const {
    auto earliest = SteadyTime::max();
    for (const auto& line : lines_) {
        if (line.ready.empty()) continue;
        earliest = std::min(earliest, line.pacer.due());
        if (earliest <= now) return earliest;
    }
    return earliest;
}

std::vector<Claim> SendQueue::pace(const CampaignId& campaign, std::optional<std::int64_t> max_per_minute) {
    std::vector<Claim> surplus;
    const auto known = by_id_.find(campaign);
    if (known == by_id_.end()) return surplus;
    auto& line = *known->second;
    line.pacer.set(max_per_minute);
    for (const auto most = claimed_ahead(max_per_minute); line.ready.size() > most; --ready_) {
        surplus.push_back(line.ready.back().delivery.claim);
        line.ready.pop_back();
    }
    return surplus;
}

void SendQueue::sent_before(const CampaignId& campaign, SteadyTime now) {
    line_of(campaign).pacer.sent_before(now);
}

void SendQueue::drop(const CampaignId& campaign) {
    const auto known = by_id_.find(campaign);
    if (known == by_id_.end()) return;
    ready_ -= known->second->ready.size();
    known->second->ready.clear();
}

std::vector<Claim> SendQueue::take_all() {
    std::vector<Claim> claims;
    for (auto& line : lines_) {
        for (const auto& row : line.ready) claims.push_back(row.delivery.claim);
        line.ready.clear();
    }
    ready_ = 0;
    return claims;
}

void SendQueue::tidy(SteadyTime now) {
    std::erase_if(lines_, [&](const Line& line) {
        if (!line.ready.empty() || line.planning > 0 || line.pacer.due() > now) return false;
        by_id_.erase(line.campaign);
        return true;
    });
}

Holdings SendQueue::holdings() const {
    Holdings out;
    for (const auto& line : lines_)
        if (const auto rows = line.ready.size() + line.planning; rows > 0) out.emplace(line.campaign, rows);
    return out;
}

}  // namespace herald
