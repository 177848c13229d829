#include "domain/automation/places.hpp"

#include <algorithm>
#include <utility>

namespace herald {

Task<std::optional<Places::Place>> Places::take(std::string url) {
    if (stopping_) co_return std::nullopt;
    auto& line = lines_[url];
    if (line.waiting.empty() && free_at(line)) {
        ++line.taken;
        ++taken_;
        co_return Place(*this, std::move(url));
    }
    if (waiting_ >= limits_.waiting || line.waiting.size() >= limits_.waiting_same_url) co_return std::nullopt;
    const auto alarm = clock_.make_alarm();
    line.waiting.push_back(alarm.get());
    ++waiting_;
    co_await alarm->wait_until(clock_.now() + limits_.patience);
    if (stopping_) co_return std::nullopt;
    // Whoever gave a place has taken this one out of the line, also when its time was up at the same moment.
    const auto self = std::ranges::find(line.waiting, alarm.get());
    if (self == line.waiting.end()) co_return Place(*this, std::move(url));
    line.waiting.erase(self);
    --waiting_;
    co_return std::nullopt;
}

bool Places::pass_on(Line& line) {
    if (line.waiting.empty() || !free_at(line)) return false;
    ++line.taken;
    ++taken_;
    --waiting_;
    auto* const next = line.waiting.front();
    line.waiting.pop_front();
    next->ring();
    return true;
}

// To the next in this line, else to the first of another that may have one more.
void Places::give_back(const std::string& url) {
    auto& own = lines_.at(url);
    --own.taken;
    --taken_;
    if (!pass_on(own)) std::ranges::any_of(lines_, [this](auto& each) { return pass_on(each.second); });
    std::erase_if(lines_, [](const auto& each) { return each.second.taken == 0 && each.second.waiting.empty(); });
}

void Places::stop() {
    stopping_ = true;
    for (auto& [url, line] : lines_)
        for (; !line.waiting.empty(); line.waiting.pop_front(), --waiting_) line.waiting.front()->ring();
}

}  // namespace herald
