// Segments and filters: whether Intercom knows them, and who is in them.

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

#include "adapters/intercom/client.hpp"

namespace herald::intercom {

Task<Result<void>> Directory::check(AudienceQuery query, Deadline deadline) {
    if (const auto* segment = std::get_if<SegmentId>(&query)) {
        // A search for a segment that does not exist is answered as if it were empty.
        const auto target = "/segments/" + boost::urls::encode(segment->value, boost::urls::unreserved_chars);
        const auto reply = co_await ask("GET", target, {}, deadline);
        if (reply) co_return Result<void>{};
        auto error = reply.error();
        if (error.code == Errc::contact_not_found) {
            error.code = Errc::content_rejected;
            error.detail = fmt::format("Intercom has no segment {}", segment->value);
        }
        co_return error;
    }
    const auto page = co_await members(std::move(query), {}, 1, deadline);
    if (!page) co_return page.error();
    co_return Result<void>{};
}

Task<Result<ContactPage>> Directory::members(AudienceQuery query, std::optional<std::string> after, std::size_t limit,
                                             Deadline deadline) {
    auto body = audience_search_json(query, limit, after, clock_.wall_now());
    const auto reply = co_await ask("POST", "/contacts/search", std::move(body), deadline);
    if (!reply) co_return reply.error();
    auto read = read_contact_page(reply->body);
    if (!read) co_return Error{Errc::outcome_unknown, "Intercom's answer to a search cannot be read"};
    ContactPage page;
    page.next = std::move(read->starting_after);
    page.total = read->total;
    for (auto& entry : read->contacts) page.contacts.push_back(std::move(entry.contact));
    co_return page;
}

}  // namespace herald::intercom
