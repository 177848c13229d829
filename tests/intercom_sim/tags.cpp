#include "tests/intercom_sim/tags.hpp"

#include <charconv>

#include "tests/intercom_sim/contact_store.hpp"

namespace sim {

Tags::Number Tags::ensure(std::string_view name) {
    const auto [found, fresh] = by_name_.try_emplace(lower(name), static_cast<Number>(all_.size()));
    if (fresh) all_.push_back({.name = std::string(name)});
    return found->second;
}

std::optional<Tags::Number> Tags::by_id(std::string_view id) const {
    std::uint32_t number{};
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error != std::errc{} || end != id.data() + id.size() || number < first_id) return std::nullopt;
    number -= first_id;
    if (number >= all_.size() || all_[number].deleted) return std::nullopt;
    return number;
}

void Tags::remove(Number number) {
    by_name_.erase(lower(all_[number].name));
    all_[number].deleted = true;
}

}  // namespace sim
