#include "tests/intercom_sim/contact_search.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/intercom_sim/seed.hpp"

namespace sim {
namespace {

namespace json = boost::json;

constexpr std::int64_t now_ms = 1'800'000'000'000;

class ContactSearchTest : public testing::Test {
 protected:
    ContactSearchTest() { seed_contacts(contacts, attributes, 10, false); }

    std::expected<Page, ApiError> run(ContactSearch& search, std::string_view text, std::int64_t at = now_ms) {
        return search.run(json::parse(text).as_object(), attributes, Dates::whole_days, at);
    }
    std::size_t hits(ContactSearch& search, std::string_view field, std::string_view value, std::int64_t at = now_ms) {
        const auto page =
            run(search, fmt::format(R"({{"query":{{"field":"{}","operator":"=","value":"{}"}}}})", field, value), at);
        return page ? page->total : 999;
    }

    Attributes attributes;
    ContactStore contacts;
    Tags tags;
};

TEST_F(ContactSearchTest, PagesThroughEveryHitOnce) {
    ContactSearch search(contacts, tags, 0);
    std::vector<ContactIndex> seen;
    std::string cursor;
    do {
        const auto page = run(search, fmt::format(R"({{"query":{{"field":"role","operator":"=","value":"user"}},
            "sort":{{"field":"created_at","order":"ascending"}},"pagination":{{"per_page":3{}}}}})",
                                                  cursor.empty() ? "" : ",\"starting_after\":\"" + cursor + '"'));
        ASSERT_TRUE(page);
        EXPECT_EQ(page->total, 10U);
        EXPECT_EQ(page->pages(), 4U);
        seen.insert(seen.end(), page->rows.begin(), page->rows.end());
        cursor = page->next;
    } while (!cursor.empty());
    EXPECT_EQ(seen, (std::vector<ContactIndex>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(ContactSearchTest, IndexedAndScannedAnswersAgree) {
    ContactSearch search(contacts, tags, 0);
    EXPECT_EQ(hits(search, "external_id", "client_3"), 1U);
    EXPECT_EQ(hits(search, "email", "client_3@example.com"), 1U);
    EXPECT_EQ(hits(search, "id", contact_id(2)), 1U);
    EXPECT_EQ(hits(search, "id", "ffffffffffffffffffffffff"), 0U);
    const auto either = run(search, R"({"query":{"operator":"OR","value":[
        {"field":"external_id","operator":"IN","value":["client_1","client_2","nobody"]},
        {"field":"email","operator":"=","value":"client_2@example.com"}]}})");
    ASSERT_TRUE(either);
    EXPECT_EQ(either->rows, (std::vector<ContactIndex>{1, 0}));
}

TEST_F(ContactSearchTest, ArchivedMergedAndDeletedAreNotFound) {
    ContactSearch search(contacts, tags, 0);
    contacts.change(0, [](Contact& contact) { contact.archived = true; });
    contacts.change(1, [](Contact& contact) { contact.deleted = true; });
    contacts.change(2, [](Contact& contact) { contact.more().merged_into = 3; });
    EXPECT_EQ(hits(search, "role", "user"), 7U);
    EXPECT_EQ(hits(search, "external_id", "client_1"), 0U);
    EXPECT_EQ(contacts.listed(), 7U);
}

TEST_F(ContactSearchTest, ChangesShowAfterTheDelay) {
    ContactSearch search(contacts, tags, 1000);
    search.about_to_change(0, now_ms);
    contacts.change(0, [](Contact& contact) { contact.email = "new@example.com"; });
    EXPECT_EQ(hits(search, "email", "new@example.com", now_ms + 999), 0U);
    EXPECT_EQ(hits(search, "email", "client_1@example.com", now_ms + 999), 1U);
    EXPECT_EQ(hits(search, "email", "new@example.com", now_ms + 1000), 1U);
    EXPECT_EQ(hits(search, "email", "client_1@example.com", now_ms + 1000), 0U);
}

TEST_F(ContactSearchTest, NewContactsShowAfterTheDelay) {
    ContactSearch search(contacts, tags, 1000);
    Contact contact;
    contact.external_id = "fresh";
    contact.created_ms = now_ms;
    contacts.add(std::move(contact));
    EXPECT_EQ(hits(search, "external_id", "fresh", now_ms + 999), 0U);
    EXPECT_EQ(hits(search, "external_id", "fresh", now_ms + 1000), 1U);
}

TEST_F(ContactSearchTest, PagesOverlapWhenTold) {
    ContactSearch search(contacts, tags, 0, 2);
    std::vector<ContactIndex> rows;
    std::string pagination = R"({"per_page":4})";
    for (int page = 0; page < 100; ++page) {
        const auto found =
            run(search, R"({"query":{"field":"role","operator":"=","value":"user"},"pagination":)" + pagination + "}");
        ASSERT_TRUE(found);
        if (page > 0) {
            EXPECT_EQ(found->rows[0], rows[rows.size() - 2]);
        }
        rows.insert(rows.end(), found->rows.begin(), found->rows.end());
        if (found->next.empty()) break;
        pagination = fmt::format(R"({{"per_page":4,"starting_after":"{}"}})", found->next);
    }
    std::ranges::sort(rows);
    rows.erase(std::ranges::unique(rows).begin(), rows.end());
    EXPECT_EQ(rows.size(), contacts.size());
}

TEST_F(ContactSearchTest, RefusesWhatIntercomRefuses) {
    ContactSearch search(contacts, tags, 0);
    const auto code = [&](std::string_view rest) {
        const auto page =
            run(search, fmt::format(R"({{"query":{{"field":"role","operator":"=","value":"user"}},{}}})", rest));
        return page ? std::string() : page.error().code;
    };
    EXPECT_EQ(code(R"("pagination":{"per_page":151})"), "parameter_invalid");
    EXPECT_EQ(code(R"("pagination":{"per_page":150})"), "");
    EXPECT_EQ(code(R"("pagination":{"starting_after":"nonsense"})"), "parameter_invalid");
    EXPECT_EQ(code(R"("sort":{"field":"name","order":"up"})"), "invalid_sort_order");
    EXPECT_EQ(code(R"("sort":{"field":"nickname"})"), "invalid_field");
}

TEST(ContactId, IsReversibleAndHexadecimal) {
    for (const ContactIndex index : {0U, 1U, 999'999U, 4'000'000'000U}) {
        const std::string id = contact_id(index);
        EXPECT_EQ(id.size(), 24U);
        EXPECT_EQ(contact_index(id), index);
    }
    EXPECT_FALSE(contact_index("client_1"));
    EXPECT_FALSE(contact_index("ffffffffffffffffffffffff"));
}

}  // namespace
}  // namespace sim
