// Who a reference means: bulk search first, then the exact look-up for what the search did not show,
// because Intercom's search lags by minutes and hides archived people.

#include <algorithm>
#include <map>
#include <set>

#include "adapters/intercom/client.hpp"
#include "adapters/intercom/translate.hpp"
#include "adapters/intercom/wire.hpp"
#include "domain/core/fan_out.hpp"

namespace herald::intercom {
namespace {

constexpr std::size_t ids_per_search = 50;  // Intercom documents no limit for IN; 50 is known to work
constexpr int max_pages = 40;               // 6,000 contacts for 50 references: more is not an answer
constexpr std::size_t exact_lookups_at_once = 8;
constexpr int most_hops = 2;  // from one merged contact to the next

ContactRef key_of(ContactRef::Kind kind, const Contact& contact) {
    switch (kind) {
        case ContactRef::Kind::id:
            return {kind, contact.id.value};
        case ContactRef::Kind::external_id:
            return {kind, contact.external_id.value_or("")};
        case ContactRef::Kind::email:
            return normalized({kind, contact.email.value_or("")});
        case ContactRef::Kind::erased:
            break;
    }
    return {};
}

// Several people may share an email: a user wins over a lead, then the one changed last.
Lookup choose(std::vector<FoundContact>& found) {
    std::ranges::sort(found, [](const FoundContact& a, const FoundContact& b) {
        if (a.contact.role != b.contact.role) return a.contact.role == ContactRole::user;
        return a.updated_at > b.updated_at;
    });
    const bool tie = found.size() > 1 && found[0].contact.role == found[1].contact.role &&
                     found[0].updated_at == found[1].updated_at;
    if (tie) return {{}, SkipReason::ambiguous_contact};
    return {std::move(found[0].contact), {}};
}

}  // namespace

struct Directory::Search {
    std::vector<ContactRef> refs;  // normalized, in the caller's order
    std::map<ContactRef, std::vector<FoundContact>> found;
    std::set<std::string> seen;  // kind and contact id: pages may repeat a contact that changed meanwhile
};

Task<Result<void>> Directory::search(Search& search, ContactRef::Kind kind, Deadline deadline) {
    std::vector<std::string> values;
    for (const auto& ref : search.refs)
        if (ref.kind == kind && std::ranges::find(values, ref.value) == values.end()) values.push_back(ref.value);

    for (std::size_t start = 0; start < values.size(); start += ids_per_search) {
        const std::vector<std::string> some(
            values.begin() + static_cast<std::ptrdiff_t>(start),
            values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), start + ids_per_search)));
        std::optional<std::string> after;
        for (int page = 0; page < max_pages; ++page) {
            const auto reply =
                co_await ask("POST", "/contacts/search", contact_search_json(name(kind), some, after), deadline);
            if (!reply) co_return reply.error();
            auto read = read_contact_page(reply->body);
            if (!read) co_return Error{Errc::outcome_unknown, "Intercom's answer to a search cannot be read"};
            const bool empty = read->contacts.empty();
            for (auto& entry : read->contacts)
                if (search.seen.insert(std::string(name(kind)) + entry.contact.id.value).second)
                    search.found[key_of(kind, entry.contact)].push_back(std::move(entry));
            after = std::move(read->starting_after);
            if (!after || empty) break;
        }
    }
    co_return Result<void>{};
}

Task<Result<Lookup>> Directory::confirm(ContactRef ref, Deadline deadline) {
    // An email has no exact look-up; the caller decides when a miss is final.
    if (ref.kind == ContactRef::Kind::email) co_return Lookup{{}, SkipReason::not_found};
    std::string target = ref.kind == ContactRef::Kind::id ? "/contacts/" + encoded(ref.value)
                                                          : "/contacts/find_by_external_id/" + encoded(ref.value);
    auto found = co_await get(std::move(target), deadline);
    if (found) {
        if (found->contact.archived) co_return Lookup{{}, SkipReason::archived};
        co_return Lookup{std::move(found->contact), {}};
    }
    const auto code = found.error().code;
    if (code == Errc::contact_not_found || code == Errc::contact_merged) co_return Lookup{{}, SkipReason::not_found};
    co_return found.error();
}

// One contact; a merged one leads to its survivor.
Task<Result<FoundContact>> Directory::get(std::string target, Deadline deadline) {
    for (int hops = 0;; ++hops) {
        const auto reply = co_await ask("GET", target, {}, deadline);
        if (reply) {
            auto found = read_contact(reply->body);
            if (!found) co_return Error{Errc::outcome_unknown, "Intercom's answer about a contact cannot be read"};
            co_return std::move(*found);
        }
        const auto& error = reply.error();
        if (error.code != Errc::contact_merged || error.canonical_id.empty() || hops == most_hops) co_return error;
        target = "/contacts/" + error.canonical_id;
    }
}

// One of several at a time: the first failure stops the others before they ask.
Task<void> Directory::confirm_into(Lookup& out, const ContactRef& ref, std::optional<Error>& failed,
                                   Deadline deadline) {
    if (failed) co_return;
    auto confirmed = co_await confirm(ref, deadline);
    if (confirmed)
        out = std::move(*confirmed);
    else
        failed = confirmed.error();
}

Task<Result<std::vector<Lookup>>> Directory::find(std::vector<ContactRef> refs, Deadline deadline) {
    Search search;
    for (auto& ref : refs) search.refs.push_back(normalized(std::move(ref)));
    for (const auto kind : {ContactRef::Kind::id, ContactRef::Kind::external_id, ContactRef::Kind::email})
        if (auto done = co_await this->search(search, kind, deadline); !done) co_return done.error();

    std::vector<Lookup> out(search.refs.size());
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < search.refs.size(); ++i) {
        const auto hit = search.found.find(search.refs[i]);
        if (hit == search.found.end())
            missing.push_back(i);
        else {
            auto candidates = hit->second;
            out[i] = choose(candidates);
        }
    }

    std::optional<Error> failed;
    co_await fan_out(loop_, clock_, missing.size(), exact_lookups_at_once, [&](std::size_t n) {
        return confirm_into(out[missing[n]], search.refs[missing[n]], failed, deadline);
    });
    if (failed) co_return *failed;
    co_return out;
}

}  // namespace herald::intercom
