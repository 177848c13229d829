#pragma once
// The workspace: everything the handlers read and change.

#include <memory>
#include <unordered_set>

#include "tests/intercom_sim/contact_search.hpp"
#include "tests/intercom_sim/ledger.hpp"
#include "tests/intercom_sim/options.hpp"
#include "tests/intercom_sim/stats.hpp"

namespace sim {

struct Admin {
    std::string id;
    std::string name;
    std::string email;
};

struct Note {
    std::string id;
    ContactIndex contact{};
    std::string admin_id;  // may be empty
    std::string body;
    std::int64_t created_at{};
};

struct ConversationPart {
    std::string id;
    std::string type;  // comment, note, close, open, snoozed, assignment
    std::string author_type;
    std::string author_id;
    std::string body;
    std::int64_t created_at{};
};

struct Conversation {
    std::string id;
    ContactIndex contact{};
    std::string source_id;
    std::string source_type;   // conversation or email
    std::string delivered_as;  // customer_initiated or admin_initiated
    std::string subject;
    std::string body;
    std::string author_type;
    std::string author_id;
    std::string state{"open"};
    std::int64_t created_at{};
    std::int64_t updated_at{};
    std::int64_t snoozed_until{};
    std::int64_t assignee{};
    std::vector<ConversationPart> parts{};
};

struct World {
    explicit World(const Options& from);

    const Admin* find_admin(std::string_view id) const;
    std::string new_id() { return std::to_string(next_id_++); }
    std::optional<std::size_t> find_conversation(std::string_view id) const;
    std::size_t open_conversation(Conversation conversation);

    Options options;
    Attributes attributes;
    ContactStore contacts;
    Tags tags;
    ContactSearch search;
    Ledger ledger;
    Stats stats;
    std::vector<Admin> admins;
    std::vector<Note> notes;
    std::vector<Conversation> conversations;
    std::unordered_map<std::string, std::size_t> conversation_by_id;
    std::unordered_map<std::string, std::uint32_t> note_by_id;
    std::unordered_set<std::string> event_names;
    std::unordered_set<std::string> event_keys;  // for deduplication

 private:
    std::uint64_t next_id_{};
};

inline constexpr std::string_view workspace_id = "a86dr8yl";

}  // namespace sim
