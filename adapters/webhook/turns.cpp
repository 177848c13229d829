#include "adapters/webhook/turns.hpp"

namespace herald::webhook {

Task<Result<Turns::Turn>> Turns::enter(std::string place, Deadline deadline) {
    if (stopped_) co_return Error{Errc::shutting_down, "the service is stopping"};
    if (has_room(place)) co_return take(place);
    if (waiting_.size() >= limits_.waiting) co_return Error{Errc::not_executed, "too many calls wait for their turn"};

    Waiter waiter{std::move(place), clock_.make_alarm(), {}};
    struct Queued {
        std::list<Waiter*>& waiting;
        std::list<Waiter*>::iterator at;
        ~Queued() { waiting.erase(at); }
    } const queued{waiting_, waiting_.insert(waiting_.end(), &waiter)};
    co_await waiter.alarm->wait_until(deadline.at);
    if (waiter.turn) co_return *std::move(waiter.turn);
    if (stopped_) co_return Error{Errc::shutting_down, "the service is stopping"};
    co_return Error{Errc::not_executed, "no turn before the deadline"};
}

void Turns::stop() {
    stopped_ = true;
    for (auto* waiter : waiting_) waiter->alarm->ring();
}

bool Turns::has_room(const std::string& place) const {
    const auto here = taken_at_.find(place);
    return taken_ < limits_.in_all && (here == taken_at_.end() || here->second < limits_.each);
}

Turns::Turn Turns::take(const std::string& place) {
    ++taken_;
    ++taken_at_[place];
    return {*this, place};
}

void Turns::give_back(const std::string& place) {
    --taken_;
    const auto here = taken_at_.find(place);
    if (--here->second == 0) taken_at_.erase(here);
    if (stopped_) return;
    for (auto* waiter : waiting_) {
        if (waiter->turn || !has_room(waiter->place)) continue;
        waiter->turn.emplace(take(waiter->place));
        waiter->alarm->ring();
    }
}

}  // namespace herald::webhook
