#pragma once
// Places for calls to receivers that customers have named: a few at once, fewer to one URL, and a line for those who
// wait. A place that is given back goes to whoever has waited longest for it.

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald {

struct PlaceLimits {
    std::size_t all{32};
    std::size_t same_url{4};
    std::size_t waiting{1'024};
    std::size_t waiting_same_url{256};
    milliseconds patience{30'000};  // in line
};

class Places {
 public:
    // Given back when it goes.
    class Place {
     public:
        Place(Places& places, std::string url) : places_(&places), url_(std::move(url)) {}
        Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)), url_(std::move(other.url_)) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (places_ != nullptr) places_->give_back(url_);
        }

     private:
        Places* places_;
        std::string url_;
    };

    Places(Clock& clock, PlaceLimits limits) : clock_(clock), limits_(limits) {}

    // Nullopt: the line is too long, or too slow, or nothing begins any more.
    Task<std::optional<Place>> take(std::string url);
    void stop();
    std::size_t waiting() const { return waiting_; }

 private:
    struct Line {
        std::size_t taken{};
        std::deque<Alarm*> waiting;
    };

    void give_back(const std::string& url);
    bool pass_on(Line& line);
    bool free_at(const Line& line) const { return taken_ < limits_.all && line.taken < limits_.same_url; }

    Clock& clock_;
    PlaceLimits limits_;
    std::map<std::string, Line> lines_;
    std::size_t taken_{};
    std::size_t waiting_{};
    bool stopping_{};
};

}  // namespace herald
