// People whom Intercom does not know, created before they are written to.

#include <algorithm>
#include <utility>

#include "domain/campaign/runner.hpp"
#include "domain/core/fan_out.hpp"
#include "domain/core/text.hpp"

namespace herald {
namespace {

constexpr std::size_t longest_name = 255;

std::optional<std::string> name_of(const ClaimedDelivery& delivery) {
    const auto found = delivery.variables.find("name");
    if (found == delivery.variables.end() || found->second.empty()) return {};
    return std::string(cut(found->second, longest_name));
}

}  // namespace

Task<void> CampaignRunner::create_missing(std::vector<Unplanned>& some) {
    std::vector<Unplanned*> missing;
    for (auto& row : some)
        if (is_created(row.active->campaign, row.delivery.ref, row.person.lookup)) missing.push_back(&row);
    co_await fan_out(loop_, ports_.clock, missing.size(), options_.creations_at_once,
                     [&](std::size_t i) { return create_person(*missing[i]); });
}

// A crash behind the creation leaves a row that finds the person the next time, by the conflict that Intercom
// answers then.
Task<void> CampaignRunner::create_person(Unplanned& row) {
    if (stopping_) {
        row.postponed = true;
        co_return;
    }
    auto creation = co_await ports_.creator.create({row.delivery.ref, name_of(row.delivery)},
                                                   Deadline::after(ports_.clock.now(), options_.lookup_deadline));
    if (creation) {
        const auto now = ports_.clock.wall_now();
        row.person.lookup = std::move(creation->lookup);
        if (creation->created) row.person.born = now;
        // Created by an attempt whose answer was lost, or by somebody else just now.
        if (!creation->created && creation->born && *creation->born + options_.visibility_grace > now)
            row.person.born = std::min(*creation->born, now);
        co_return;
    }
    trouble("create contact", creation.error());
    if (creation.error().code == Errc::content_rejected)
        row.person.refused = creation.error().detail;
    else if (creation.error().code == Errc::outcome_unknown)
        row.person.unanswered = true;
    else
        row.postponed = true;
}

}  // namespace herald
