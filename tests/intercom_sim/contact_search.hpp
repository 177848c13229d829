#pragma once
// Contact search: candidates from the indexes where the query allows it, one snapshot for the pages of a query,
// and optionally a delay until changes can be found.

#include <deque>
#include <memory>
#include <unordered_map>

#include <boost/json/object.hpp>

#include "tests/intercom_sim/contact_fields.hpp"
#include "tests/intercom_sim/contact_store.hpp"

namespace sim {

// A page of anything that was searched: `rows` are positions in the caller's collection.
struct Page {
    std::vector<std::uint32_t> rows;
    std::size_t total{};
    std::size_t number{1};
    std::size_t per_page{};
    std::string next;  // cursor; empty on the last page

    std::size_t pages() const { return (total + per_page - 1) / per_page; }
};

struct Paging {
    std::size_t per_page{};
    std::string starting_after;
};

std::expected<Paging, ApiError> read_paging(const boost::json::object& body, std::size_t default_per_page);
// The page after the cursor out of all hits, beginning with the last `overlap` of the page before. A cursor that was
// never handed out is a 400.
std::expected<Page, ApiError> cut_page(const std::vector<std::uint32_t>& hits, const Paging& paging,
                                       std::size_t overlap = 0);

class ContactSearch {
 public:
    ContactSearch(const ContactStore& contacts, const Tags& tags, std::int64_t delay_ms, std::size_t page_overlap = 0)
        : contacts_(contacts), tags_(tags), delay_ms_(delay_ms), page_overlap_(page_overlap) {}

    // Call before a contact changes: searches see the old version until the delay is over.
    void about_to_change(ContactIndex index, std::int64_t now_ms);
    std::expected<Page, ApiError> run(const boost::json::object& body, const Attributes& attributes, Dates dates,
                                      std::int64_t now_ms);
    // As searches see it now, for the answer.
    const Contact& version(ContactIndex index, std::int64_t now_ms) const;

 private:
    struct Stale {
        Contact contact;
        std::int64_t until_ms{};
    };
    struct Snapshot {
        std::string key;
        std::vector<ContactIndex> hits;
    };

    std::vector<ContactIndex> evaluate(const Query& query, Dates dates, std::int64_t now_ms) const;
    bool hit(ContactIndex index, const Query& query, Dates dates, std::int64_t now_ms) const;
    std::optional<std::vector<ContactIndex>> candidates(const Query& query) const;
    const Snapshot& keep(std::string key, std::vector<ContactIndex> hits);

    const ContactStore& contacts_;
    const Tags& tags_;
    std::int64_t delay_ms_;
    std::size_t page_overlap_;
    std::unordered_map<ContactIndex, Stale> stale_;
    std::deque<Snapshot> snapshots_;  // newest first
};

}  // namespace sim
