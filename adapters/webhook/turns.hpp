#pragma once
// Who may call now: so many at once in all, and so many to one place. Those who wait go in the order in which they
// came, except that nobody waits behind a place that is full.

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald::webhook {

struct TurnLimits {
    std::size_t in_all{32};
    std::size_t each{4};  // place
    std::size_t waiting{1'024};
};

class Turns {
 public:
    // Given back when it goes. Must not outlive the turns.
    class Turn {
     public:
        Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), place_(std::move(other.place_)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (turns_ != nullptr) turns_->give_back(place_);
        }

     private:
        friend class Turns;
        Turn(Turns& turns, std::string place) : turns_(&turns), place_(std::move(place)) {}

        Turns* turns_;
        std::string place_;
    };

    Turns(Clock& clock, TurnLimits limits) : clock_(clock), limits_(limits) {}

    // Errors: not_executed (the deadline passed, or too many wait), shutting_down.
    Task<Result<Turn>> enter(std::string place, Deadline deadline);

    // Nobody gets a turn any more. Those who have one keep it.
    void stop();
    std::size_t taken() const { return taken_; }
    std::size_t waiting() const { return waiting_.size(); }

 private:
    struct Waiter {
        std::string place;
        std::unique_ptr<Alarm> alarm;
        std::optional<Turn> turn;
    };

    bool has_room(const std::string& place) const;
    Turn take(const std::string& place);
    void give_back(const std::string& place);

    Clock& clock_;
    TurnLimits limits_;
    std::size_t taken_{};
    std::map<std::string, std::size_t> taken_at_;  // no zeros
    std::list<Waiter*> waiting_;
    bool stopped_{};
};

}  // namespace herald::webhook
