#pragma once
// The rows in the sending loops' hands, of all workspaces. In memory only: until its intent a row stands in the
// database as it stood before, and no intent commits without its claim. So forgetting a claim is always safe, and
// after a crash nobody holds anything. On the writer's thread.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/delivery/state.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::sqlite {

class Claims {
 public:
    struct Held {
        std::int64_t claim{};
        std::int64_t campaign{};
        DeliveryState from{};                // what the row is in the database
        std::optional<ContactId> contact{};  // once it is planned: whom the message is for
    };

    // From now on claims are newer than those of any process before: there was never an epoch as high as this.
    void begin_epoch(std::int64_t epoch) { last_ = epoch << 32; }

    // The row was not held. Forgotten again unless keep() follows.
    Claim hold(std::int64_t number, std::int64_t campaign, DeliveryState from);
    void keep() { fresh_.clear(); }
    void forget_fresh();

    bool holds(std::int64_t number) const { return rows_.contains(number); }
    std::size_t held_of(std::int64_t campaign) const;
    // Null: the row is not held under this claim.
    const Held* find(const Claim& claim) const;
    // False: another row of the campaign in hand is for this person.
    bool reserve(const Claim& claim, const ContactId& contact);
    // The rows in hand that are planned for this contact, in whatever workspace.
    std::vector<std::int64_t> planned_for(const std::string& contact) const;
    // Out of hand: for its intent, its end, or back.
    std::optional<Held> take(const Claim& claim);
    void take_back(std::int64_t campaign);

    // Between intent and outcome: the campaign of a row, so that it need not be looked up. Nullopt: not known here.
    void sent(const Claim& claim, std::int64_t campaign) { sent_[claim.number] = {claim.claim, campaign}; }
    std::optional<std::int64_t> settled(const Claim& claim);

 private:
    using Rows = std::unordered_map<std::int64_t, Held>;
    void erase(Rows::iterator row);

    Rows rows_;
    std::map<std::int64_t, std::size_t> by_campaign_;
    std::set<std::pair<std::int64_t, std::string>> people_;  // reserved, by campaign
    std::unordered_map<std::int64_t, std::pair<std::int64_t, std::int64_t>> sent_;
    std::vector<Claim> fresh_;  // of the transaction that is open
    std::int64_t last_{};
};

}  // namespace herald::sqlite
