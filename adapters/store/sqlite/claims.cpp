#include "adapters/store/sqlite/claims.hpp"

namespace herald::sqlite {

Claim Claims::hold(std::int64_t number, std::int64_t campaign, DeliveryState from) {
    const Claim claim{number, ++last_};
    rows_.insert_or_assign(number, Held{claim.claim, campaign, from});
    ++by_campaign_[campaign];
    fresh_.push_back(claim);
    return claim;
}

void Claims::forget_fresh() {
    for (const auto& claim : std::exchange(fresh_, {})) take(claim);
}

std::size_t Claims::held_of(std::int64_t campaign) const {
    const auto known = by_campaign_.find(campaign);
    return known == by_campaign_.end() ? 0 : known->second;
}

const Claims::Held* Claims::find(const Claim& claim) const {
    const auto row = rows_.find(claim.number);
    return row != rows_.end() && row->second.claim == claim.claim ? &row->second : nullptr;
}

bool Claims::reserve(const Claim& claim, const ContactId& contact) {
    const auto row = rows_.find(claim.number);
    if (row == rows_.end() || row->second.claim != claim.claim) return false;
    auto& held = row->second;
    if (held.contact == contact) return true;
    if (!people_.emplace(held.campaign, contact.value).second) return false;
    if (held.contact) people_.erase({held.campaign, held.contact->value});
    held.contact = contact;
    return true;
}

std::vector<std::int64_t> Claims::planned_for(const std::string& contact) const {
    std::vector<std::int64_t> numbers;
    for (const auto& [number, held] : rows_)
        if (held.contact && held.contact->value == contact) numbers.push_back(number);
    return numbers;
}

std::optional<Claims::Held> Claims::take(const Claim& claim) {
    const auto row = rows_.find(claim.number);
    if (row == rows_.end() || row->second.claim != claim.claim) return {};
    auto held = row->second;
    erase(row);
    return held;
}

void Claims::take_back(std::int64_t campaign) {
    for (auto row = rows_.begin(); row != rows_.end();) {
        const auto next = std::next(row);
        if (row->second.campaign == campaign) erase(row);
        row = next;
    }
}

std::optional<std::int64_t> Claims::settled(const Claim& claim) {
    const auto row = sent_.find(claim.number);
    if (row == sent_.end() || row->second.first != claim.claim) return {};
    const auto campaign = row->second.second;
    sent_.erase(row);
    return campaign;
}

void Claims::erase(Rows::iterator row) {
    const auto& held = row->second;
    if (held.contact) people_.erase({held.campaign, held.contact->value});
    const auto count = by_campaign_.find(held.campaign);
    if (--count->second == 0) by_campaign_.erase(count);
    rows_.erase(row);
}

}  // namespace herald::sqlite
