#include "tests/intercom_sim/world.hpp"

#include <algorithm>

#include "tests/intercom_sim/seed.hpp"

namespace sim {

namespace {
constexpr std::uint64_t first_id = 403'918'000;
}

World::World(const Options& from)
    : options(from),
      search(contacts, tags, from.search_delay_ms, from.page_overlap),
      ledger(from.ledger),
      admins{{.id = "991267816", .name = "Olga Operator", .email = "olga@example.com"}} {
    const std::string extra = std::to_string(options.admin_id);
    if (extra != admins.front().id) admins.push_back({.id = extra, .name = "Adam Admin", .email = "adam@example.com"});
    seed_contacts(contacts, attributes, options.seed, options.seed_suppressed);
    // A ledger that is continued by a restarted process must not see the same id twice.
    next_id_ = first_id + ledger.lines_before() * 4;
}

const Admin* World::find_admin(std::string_view id) const {
    const auto found = std::ranges::find(admins, id, &Admin::id);
    return found == admins.end() ? nullptr : &*found;
}

std::optional<std::size_t> World::find_conversation(std::string_view id) const {
    const auto found = conversation_by_id.find(std::string(id));
    if (found == conversation_by_id.end()) return std::nullopt;
    return found->second;
}

std::size_t World::open_conversation(Conversation conversation) {
    const std::size_t position = conversations.size();
    conversation_by_id.emplace(conversation.id, position);
    conversations.push_back(std::move(conversation));
    return position;
}

}  // namespace sim
