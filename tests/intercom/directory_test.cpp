#include <gtest/gtest.h>

#include "adapters/intercom/client.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_exchange.hpp"

namespace herald::intercom {
namespace {

using Kind = ContactRef::Kind;

class DirectoryTest : public ::testing::Test {
 protected:
    std::vector<Lookup> find(std::vector<ContactRef> refs) {
        auto found = test::start(io, directory.find(std::move(refs), Deadline{}));
        EXPECT_TRUE(found.done());
        EXPECT_TRUE(found.get());
        return *found.get();
    }

    boost::asio::io_context io;
    test::ManualClock clock{io};
    test::ScriptedExchange upstream;
    int refused{};
    Directory directory{io.get_executor(), clock, upstream, Credential{"token"}, [this] { ++refused; }};
};

TEST_F(DirectoryTest, FollowsPagesAndTakesARepeatedContactOnce) {
    upstream.reply(200, 1, {}, R"({"data":[{"id":"a","external_id":"1"}],"pages":{"next":{"starting_after":"x"}}})");
    upstream.reply(200, 1, {}, R"({"data":[{"id":"a","external_id":"1"},{"id":"b","external_id":"2"}],"pages":{}})");
    const auto found = find({{Kind::external_id, "1"}, {Kind::external_id, "2"}});
    EXPECT_EQ(found[0].contact->id.value, "a");
    EXPECT_EQ(found[1].contact->id.value, "b");
    ASSERT_EQ(upstream.calls.size(), 2u);
    EXPECT_NE(upstream.calls[1].body.find("\"starting_after\":\"x\""), std::string::npos);
}

TEST_F(DirectoryTest, AnExternalIdTheSearchDoesNotShowIsAskedForExactly) {
    upstream.reply(200, 1, {}, R"({"data":[]})");
    upstream.reply(200, 1, {}, R"({"id":"a","external_id":"c/1 x"})");
    EXPECT_EQ(find({{Kind::external_id, "c/1 x"}})[0].contact->id.value, "a");
    EXPECT_EQ(upstream.calls[1].target, "/contacts/find_by_external_id/c%2F1%20x");
}

TEST_F(DirectoryTest, AMissIsNotFoundOnlyAfterTheExactLookUpSaysSoToo) {
    upstream.reply(200, 1, {}, R"({"data":[]})").reply(404);
    const auto found = find({{Kind::external_id, "1"}});
    EXPECT_EQ(found[0].why_not, SkipReason::not_found);
    EXPECT_EQ(upstream.calls.size(), 2u);
}

TEST_F(DirectoryTest, AnArchivedContactIsNamedAsSuch) {
    upstream.reply(200, 1, {}, R"({"data":[]})").reply(200, 1, {}, R"({"id":"a","external_id":"1","archived":true})");
    EXPECT_EQ(find({{Kind::external_id, "1"}})[0].why_not, SkipReason::archived);
}

TEST_F(DirectoryTest, AMergedContactLeadsToTheSurvivor) {
    upstream.reply(200, 1, {}, R"({"data":[]})");
    upstream.reply(410, 1, {{"Link", "</contacts/6762f0dd1bb69f9f2193bb83>; rel=\"canonical\""}});
    upstream.reply(200, 1, {}, R"({"id":"6762f0dd1bb69f9f2193bb83"})");
    EXPECT_EQ(find({{Kind::id, "0123456789abcdef01234567"}})[0].contact->id.value, "6762f0dd1bb69f9f2193bb83");
}

TEST_F(DirectoryTest, ASharedEmailPrefersTheUserThenTheOneChangedLast) {
    upstream.reply(200, 1, {}, R"({"data":[
        {"id":"lead","role":"lead","email":"A@x.org","updated_at":9},
        {"id":"old","role":"user","email":"a@x.org","updated_at":1},
        {"id":"new","role":"user","email":"a@X.org","updated_at":2}]})");
    EXPECT_EQ(find({{Kind::email, "a@x.ORG"}})[0].contact->id.value, "new");
}

TEST_F(DirectoryTest, TwoEqualCandidatesAreAmbiguous) {
    upstream.reply(200, 1, {}, R"({"data":[{"id":"a","role":"user","email":"a@x.org","updated_at":1},
                                           {"id":"b","role":"user","email":"a@x.org","updated_at":1}]})");
    EXPECT_EQ(find({{Kind::email, "a@x.org"}})[0].why_not, SkipReason::ambiguous_contact);
}

TEST_F(DirectoryTest, ARefusedCredentialIsReported) {
    upstream.reply(401);
    auto found = test::start(io, directory.find({{Kind::id, "a"}}, Deadline{}));
    ASSERT_TRUE(found.done());
    EXPECT_EQ(found.get().error().code, Errc::credential);
    EXPECT_EQ(refused, 1);
}

TEST_F(DirectoryTest, EveryCallAsksForTheVersionItWasWrittenFor) {
    upstream.reply(200, 1, {}, R"({"admins":[{"id":"1","email":"a@b.c"},{"id":2}]})");
    auto admins = test::start(io, directory.admins(Deadline{}));
    ASSERT_TRUE(admins.done() && admins.get());
    EXPECT_EQ(admins.get()->size(), 2u);
    const auto& headers = upstream.calls[0].headers;
    EXPECT_NE(std::ranges::find(headers, http::Header{"Intercom-Version", "2.16"}), headers.end());
    EXPECT_NE(std::ranges::find(headers, http::Header{"Authorization", "Bearer token"}), headers.end());
}

}  // namespace
}  // namespace herald::intercom
