#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "tests/intercom_sim/contact_search.hpp"

namespace sim {

namespace json = boost::json;

namespace {

constexpr std::int64_t most_per_page = 150;

ApiError bad_request(std::string message) {
    return {.status = 400, .code = "parameter_invalid", .message = std::move(message)};
}

std::string encode_cursor(std::size_t offset, std::uint32_t last) {
    const std::string plain = fmt::format("[{},{}]", offset, last);
    std::string encoded(4 * ((plain.size() + 2) / 3) + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                        reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size()));
    encoded.resize(static_cast<std::size_t>(size));
    return encoded;
}

struct Cursor {
    std::size_t offset{};
    std::uint32_t last{};
};

std::optional<Cursor> decode_cursor(const std::string& encoded) {
    if (encoded.size() % 4 != 0 || encoded.size() > 64) return std::nullopt;
    std::string plain(encoded.size(), '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(plain.data()),
                        reinterpret_cast<const unsigned char*>(encoded.data()), static_cast<int>(encoded.size()));
    if (size <= 0 || plain.front() != '[') return std::nullopt;
    Cursor cursor;
    const char* end = plain.data() + size;
    const auto first = std::from_chars(plain.data() + 1, end, cursor.offset);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ',') return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, cursor.last);
    if (second.ec != std::errc{} || second.ptr == end || *second.ptr != ']') return std::nullopt;
    return cursor;
}

// Where the page begins. When hits changed since the cursor was handed out, the last row seen decides.
std::size_t start_of(const std::vector<std::uint32_t>& hits, const Cursor& cursor) {
    if (cursor.offset > 0 && cursor.offset <= hits.size() && hits[cursor.offset - 1] == cursor.last) {
        return cursor.offset;
    }
    const auto seen = std::ranges::find(hits, cursor.last);
    if (seen != hits.end()) return static_cast<std::size_t>(seen - hits.begin()) + 1;
    return std::min(cursor.offset, hits.size());
}

}  // namespace

std::expected<Paging, ApiError> read_paging(const json::object& body, std::size_t default_per_page) {
    Paging paging{.per_page = default_per_page, .starting_after = {}};
    const json::value* pagination = body.if_contains("pagination");
    if (!pagination || pagination->is_null()) return paging;
    if (!pagination->is_object()) return std::unexpected(bad_request("pagination is not an object"));
    if (const json::value* per_page = pagination->get_object().if_contains("per_page")) {
        if (!per_page->is_int64() || per_page->get_int64() < 1 || per_page->get_int64() > most_per_page) {
            return std::unexpected(bad_request("per_page must be between 1 and 150"));
        }
        paging.per_page = static_cast<std::size_t>(per_page->get_int64());
    }
    const json::value* after = pagination->get_object().if_contains("starting_after");
    if (!after || after->is_null()) return paging;
    if (!after->is_string()) return std::unexpected(bad_request("starting_after is not a string"));
    paging.starting_after = after->get_string();
    return paging;
}

std::expected<Page, ApiError> cut_page(const std::vector<std::uint32_t>& hits, const Paging& paging,
                                       std::size_t overlap) {
    std::size_t start = 0;
    if (!paging.starting_after.empty()) {
        const std::optional<Cursor> cursor = decode_cursor(paging.starting_after);
        if (!cursor) return std::unexpected(bad_request("starting_after is not a cursor of this list"));
        start = start_of(hits, *cursor);
        start -= std::min({start, overlap, paging.per_page - 1});
    }
    const std::size_t end = std::min(hits.size(), start + paging.per_page);
    Page page{
        .rows = {hits.begin() + static_cast<std::ptrdiff_t>(start), hits.begin() + static_cast<std::ptrdiff_t>(end)},
        .total = hits.size(),
        .number = start / paging.per_page + 1,
        .per_page = paging.per_page,
        .next = {}};
    if (end < hits.size()) page.next = encode_cursor(end, hits[end - 1]);
    return page;
}

}  // namespace sim
