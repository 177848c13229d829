#include "tests/intercom_sim/contact_search.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

namespace sim {

namespace json = boost::json;

namespace {

constexpr std::size_t default_per_page = 50;
constexpr std::size_t most_snapshots = 8;

struct Sort {
    std::optional<Field> field{};  // none: order of creation
    bool ascending{};
};

std::expected<Sort, ApiError> read_sort(const json::object& body, const FieldLookup& fields) {
    Sort sort;
    const json::value* given = body.if_contains("sort");
    if (!given || given->is_null()) return sort;
    const auto refuse = [](std::string code, std::string message) {
        return std::unexpected(ApiError{.status = 400, .code = std::move(code), .message = std::move(message)});
    };
    if (!given->is_object()) return refuse("parameter_invalid", "sort is not an object");
    if (const json::value* order = given->get_object().if_contains("order")) {
        sort.ascending = order->is_string() && order->get_string() == "ascending";
        if (!sort.ascending && !(order->is_string() && order->get_string() == "descending")) {
            return refuse("invalid_sort_order", "order must be ascending or descending");
        }
    }
    if (const json::value* name = given->get_object().if_contains("field")) {
        if (name->is_string()) sort.field = fields(std::string_view(name->get_string()));
        if (!sort.field || sort.field->kind == FieldKind::set) {
            return refuse("invalid_field", "Contacts cannot be sorted by this field");
        }
    }
    return sort;
}

const std::string* indexed_text(const Literal& literal) {
    return std::get_if<std::string>(&literal);
}

}  // namespace

void ContactSearch::about_to_change(ContactIndex index, std::int64_t now_ms) {
    if (delay_ms_ == 0) return;
    const auto found = stale_.find(index);
    if (found != stale_.end() && found->second.until_ms > now_ms) return;  // an older version is still shown
    stale_[index] = {.contact = contacts_[index].clone(), .until_ms = now_ms + delay_ms_};
}

const Contact& ContactSearch::version(ContactIndex index, std::int64_t now_ms) const {
    const auto found = stale_.find(index);
    return found != stale_.end() && found->second.until_ms > now_ms ? found->second.contact : contacts_[index];
}

bool ContactSearch::hit(ContactIndex index, const Query& query, Dates dates, std::int64_t now_ms) const {
    const Contact& contact = version(index, now_ms);
    if (!contact.listed() || contact.created_ms + delay_ms_ > now_ms) return false;
    return matches(query, ContactRecord(index, contact, tags_), dates);
}

// The only contacts that can match, if an index knows them.
std::optional<std::vector<ContactIndex>> ContactSearch::candidates(const Query& query) const {
    std::vector<ContactIndex> found;
    if (query.kind == Query::Kind::all) {
        for (const Query& child : query.children) {
            if (auto some = candidates(child)) return some;
        }
        return std::nullopt;
    }
    if (query.kind == Query::Kind::any) {
        for (const Query& child : query.children) {
            const auto some = candidates(child);
            if (!some) return std::nullopt;
            found.insert(found.end(), some->begin(), some->end());
        }
        return found;
    }
    const auto field = static_cast<ContactField>(query.field.id);
    const bool indexed =
        field == ContactField::id || field == ContactField::external_id || field == ContactField::email;
    if (!indexed || (query.op != Operator::eq && query.op != Operator::in)) return std::nullopt;
    for (const Literal& literal : query.values) {
        const std::string* text = indexed_text(literal);
        if (!text) return std::nullopt;  // null: whoever has none
        if (field == ContactField::email) {
            const std::vector<ContactIndex> some = contacts_.by_email(*text);
            found.insert(found.end(), some.begin(), some.end());
        } else if (const auto one =
                       field == ContactField::id ? contacts_.by_id(*text) : contacts_.by_external_id(*text)) {
            found.push_back(*one);
        }
    }
    return found;
}

std::vector<ContactIndex> ContactSearch::evaluate(const Query& query, Dates dates, std::int64_t now_ms) const {
    std::vector<ContactIndex> hits;
    if (auto some = candidates(query)) {
        for (const auto& [index, old] : stale_) some->push_back(index);  // the indexes know only the new versions
        std::ranges::sort(*some);
        some->erase(std::ranges::unique(*some).begin(), some->end());
        std::ranges::copy_if(*some, std::back_inserter(hits),
                             [&](ContactIndex index) { return hit(index, query, dates, now_ms); });
        return hits;
    }
    for (ContactIndex index = 0; index < contacts_.size(); ++index) {
        if (hit(index, query, dates, now_ms)) hits.push_back(index);
    }
    return hits;
}

const ContactSearch::Snapshot& ContactSearch::keep(std::string key, std::vector<ContactIndex> hits) {
    std::erase_if(snapshots_, [&](const Snapshot& old) { return old.key == key; });
    if (snapshots_.size() >= most_snapshots) snapshots_.pop_back();
    snapshots_.push_front({.key = std::move(key), .hits = std::move(hits)});
    return snapshots_.front();
}

std::expected<Page, ApiError> ContactSearch::run(const json::object& body, const Attributes& attributes, Dates dates,
                                                 std::int64_t now_ms) {
    std::erase_if(stale_, [&](const auto& entry) { return entry.second.until_ms <= now_ms; });
    const json::value* given = body.if_contains("query");
    if (!given) {
        return std::unexpected(ApiError{.status = 400, .code = "parameter_missing", .message = "query is required"});
    }
    const FieldLookup fields = contact_fields(attributes);
    const auto query = parse_query(*given, fields);
    if (!query) return std::unexpected(query.error());
    const auto sort = read_sort(body, fields);
    if (!sort) return std::unexpected(sort.error());
    const std::optional<Field> sorted_by = sort->field;
    const auto paging = read_paging(body, default_per_page);
    if (!paging) return std::unexpected(paging.error());

    std::string key = json::serialize(*given) + (sort->ascending ? '<' : '>') +
                      std::to_string(sorted_by ? sorted_by->id : -1) + (dates == Dates::seconds ? 's' : 'd');
    if (!paging->starting_after.empty()) {
        const auto kept = std::ranges::find(snapshots_, key, &Snapshot::key);
        if (kept != snapshots_.end()) return cut_page(kept->hits, *paging, page_overlap_);
    }
    std::vector<ContactIndex> hits = evaluate(*query, dates, now_ms);
    if (sorted_by) {
        std::ranges::sort(hits, [&](ContactIndex a, ContactIndex b) {
            const ContactRecord left(a, version(a, now_ms), tags_);
            const ContactRecord right(b, version(b, now_ms), tags_);
            const FieldValue x = left.value(sorted_by->id);
            const FieldValue y = right.value(sorted_by->id);
            return x == y ? a < b : x < y;
        });
    }
    if (!sort->ascending) std::ranges::reverse(hits);
    if (hits.size() <= paging->per_page) return cut_page(hits, *paging, page_overlap_);
    return cut_page(keep(std::move(key), std::move(hits)).hits, *paging, page_overlap_);
}

}  // namespace sim
