// Conversations: list and search.

#include <algorithm>
#include <charconv>
#include <numeric>

#include "tests/intercom_sim/conversation_json.hpp"
#include "tests/intercom_sim/handlers.hpp"

namespace sim {

namespace json = boost::json;

namespace {

constexpr std::size_t default_per_page = 20;

enum ConversationField : int {
    id,
    source_id,
    source_type,
    source_delivered_as,
    source_subject,
    source_body,
    source_author_type,
    source_author_id,
    contact_ids,
    state,
    open,
    created_at,
    updated_at,
    admin_assignee_id
};

std::optional<Field> conversation_field(std::string_view name) {
    static const std::unordered_map<std::string_view, Field> fields{
        {"id", {id, FieldKind::text}},
        {"source.id", {source_id, FieldKind::text}},
        {"source.type", {source_type, FieldKind::text}},
        {"source.delivered_as", {source_delivered_as, FieldKind::text}},
        {"source.subject", {source_subject, FieldKind::text}},
        {"source.body", {source_body, FieldKind::text}},
        {"source.author.type", {source_author_type, FieldKind::text}},
        {"source.author.id", {source_author_id, FieldKind::text}},
        {"contact_ids", {contact_ids, FieldKind::text}},
        {"state", {state, FieldKind::text}},
        {"open", {open, FieldKind::boolean}},
        {"created_at", {created_at, FieldKind::date}},
        {"updated_at", {updated_at, FieldKind::date}},
        {"admin_assignee_id", {admin_assignee_id, FieldKind::number}}};
    const auto found = fields.find(name);
    if (found == fields.end()) return std::nullopt;
    return found->second;
}

class ConversationRecord final : public Record {
 public:
    explicit ConversationRecord(const Conversation& conversation)
        : held_(conversation), contact_(contact_id(conversation.contact)) {}

    bool has(int, std::string_view) const override { return false; }  // no field is a set
    FieldValue value(int field) const override {
        const auto text = [](std::string_view s) { return s.empty() ? FieldValue{} : FieldValue{s}; };
        switch (static_cast<ConversationField>(field)) {
            case id:
                return text(held_.id);
            case source_id:
                return text(held_.source_id);
            case source_type:
                return text(held_.source_type);
            case source_delivered_as:
                return text(held_.delivered_as);
            case source_subject:
                return text(held_.subject);
            case source_body:
                return text(held_.body);
            case source_author_type:
                return text(held_.author_type);
            case source_author_id:
                return text(held_.author_id);
            case contact_ids:
                return text(contact_);
            case state:
                return text(held_.state);
            case open:
                return held_.state == "open";
            case created_at:
                return static_cast<double>(held_.created_at);
            case updated_at:
                return static_cast<double>(held_.updated_at);
            case admin_assignee_id:
                return static_cast<double>(held_.assignee);
        }
        return {};
    }

 private:
    const Conversation& held_;
    std::string contact_;
};

Reply list_reply(const World& world, const Page& page) {
    json::array list;
    for (const std::uint32_t position : page.rows) {
        list.push_back(conversation_json(world, world.conversations[position], {.parts = false}));
    }
    return ok(json::object{{"type", "conversation.list"},
                           {"conversations", std::move(list)},
                           {"total_count", page.total},
                           {"pages", pages_json(page, true)}});
}

}  // namespace

Reply list_conversations(World& world, Call& call) {
    json::object pagination;
    if (const std::string_view text = call.query_or("per_page", ""); !text.empty()) {
        std::int64_t per_page = 0;
        std::from_chars(text.data(), text.data() + text.size(), per_page);
        pagination["per_page"] = per_page;
    }
    if (const std::string_view after = call.query_or("starting_after", ""); !after.empty()) {
        pagination["starting_after"] = after;
    }
    const auto paging = read_paging({{"pagination", std::move(pagination)}}, default_per_page);
    if (!paging) return error_reply(paging.error());
    std::vector<std::uint32_t> all(world.conversations.size());
    std::iota(all.rbegin(), all.rend(), 0U);  // newest first
    const auto page = cut_page(all, *paging);
    return page ? list_reply(world, *page) : error_reply(page.error());
}

Reply search_conversations(World& world, Call& call) {
    const json::value* given = member(call.body, "query");
    if (!given) return error_reply(400, "parameter_missing", "query is required");
    const auto query = parse_query(*given, conversation_field);
    if (!query) return error_reply(query.error());
    const auto paging = read_paging(call.body, default_per_page);
    if (!paging) return error_reply(paging.error());
    std::vector<std::uint32_t> hits;
    for (std::size_t i = world.conversations.size(); i-- > 0;) {  // newest first
        if (matches(*query, ConversationRecord(world.conversations[i]), call.dates())) {
            hits.push_back(static_cast<std::uint32_t>(i));
        }
    }
    const auto page = cut_page(hits, *paging);
    return page ? list_reply(world, *page) : error_reply(page.error());
}

}  // namespace sim
