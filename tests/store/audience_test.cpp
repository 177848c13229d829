// Audiences that grow by uploads.

#include <fmt/format.h>

#include "adapters/store/sqlite/migrations.hpp"
#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

class AudienceTest : public StoreTest {
 public:
    Result<Appended> append(const CampaignId& id, std::vector<Recipient> batch, const WorkspaceId& in = workspace) {
        auto appended = run(campaigns().append_recipients(caller(in), id, "upload", std::move(batch)));
        any_write();
        return appended;
    }
    void any_write() { EXPECT_TRUE(run(store->upkeep().sweep(start))); }
    static Recipient by_email(std::string email) { return {{ContactRef::Kind::email, std::move(email)}, {}}; }
};

TEST_F(AudienceTest, ABatchGoesBehindThoseWhoAreThere) {
    const auto id = campaign(2, false);
    EXPECT_EQ(append(id, {by_email("a@x.org"), {{ContactRef::Kind::id, "a@x.org"}, {{"n", "\"1\""}}}}),
              (Appended{2, 0, 4}));
    EXPECT_EQ(row(id, 2).ref, (ContactRef{ContactRef::Kind::email, "a@x.org"}));
    EXPECT_EQ(row(id, 3).position, 3);
    EXPECT_EQ(get(id).counts.audience(), 4);
    EXPECT_EQ(get(id).version, 1);
    expect_counts_are_rows(id);
    EXPECT_TRUE(change(id, CampaignEvent::launch));
    EXPECT_EQ(claim(10).at(3).variables, (Variables{{"n", "\"1\""}}));
}

TEST_F(AudienceTest, BatchesAreSeenWithTheNextWriteAndLostByNoRefusal) {
    const auto id = campaign(0, false);
    ASSERT_TRUE(run(campaigns().append_recipients(caller(), id, "upload", {by_email("a@x.org")})));
    EXPECT_EQ(run(campaigns().append_recipients(caller(), id, "upload", {by_email("a@x.org"), by_email("b@x.org")})),
              (Appended{1, 1, 2}));
    EXPECT_EQ(get(id).counts.audience(), 0);
    EXPECT_FALSE(run(campaigns().append_recipients(caller(), {"cmp_none"}, "upload", {by_email("a@x.org")})));
    any_write();
    EXPECT_EQ(get(id).counts.audience(), 2);
    expect_counts_are_rows(id);
    EXPECT_TRUE(run(campaigns().end_upload(caller(), id, "upload", {3, 2, 1, 0, "complete"}, start)));
}

TEST_F(AudienceTest, AProbeBetweenBatchesFindsTheStoreWell) {
    const auto id = campaign(0, false);
    ASSERT_TRUE(run(campaigns().append_recipients(caller(), id, "upload", {by_email("a@x.org")})));
    EXPECT_TRUE(run(campaigns().healthy()));
    EXPECT_EQ(problems, std::vector<std::string>{});
    EXPECT_EQ(get(id).counts.audience(), 1);
}

TEST_F(AudienceTest, TwoUploadsOfOneRequestIdAreCountedApart) {
    const auto id = campaign(0, false);
    ASSERT_TRUE(run(campaigns().append_recipients(caller(), id, "one", {by_email("a@x.org")})));
    ASSERT_TRUE(run(campaigns().append_recipients(caller(), id, "two", {by_email("a@x.org"), by_email("b@x.org")})));
    EXPECT_TRUE(run(campaigns().end_upload(caller(), id, "one", {1, 1, 0, 0, "complete"}, start)));
    EXPECT_TRUE(run(campaigns().end_upload(caller(), id, "two", {2, 1, 1, 0, "complete"}, start)));
}

TEST_F(AudienceTest, ManyBatchesAreCommittedWithoutAnybodyElse) {
    const auto id = campaign(0, false);
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(run(campaigns().append_recipients(caller(), id, "upload", {by_email(fmt::format("{}@x.org", i))})));
    EXPECT_EQ(get(id).counts.audience(), 20);
}

TEST_F(AudienceTest, AnUploadWhoseBatchesWereLostSaysSoAndMayBeSentAgain) {
    const auto id = campaign(0, false);
    raw().exec(
        "CREATE TABLE nobody (x INTEGER PRIMARY KEY);"
        "CREATE TABLE broken (x INTEGER REFERENCES nobody (x) DEFERRABLE INITIALLY DEFERRED);"
        "CREATE TRIGGER t AFTER INSERT ON deliveries BEGIN INSERT INTO broken VALUES (1); END");
    ASSERT_TRUE(run(campaigns().append_recipients(caller(), id, "upload", {by_email("a@x.org")})));
    EXPECT_EQ(run(campaigns().end_upload(caller(), id, "upload", {1, 1, 0, 0, "complete"}, start)).error().code,
              Errc::store_unavailable);
    EXPECT_EQ(problems, (std::vector<std::string>{"FOREIGN KEY constraint failed"}));
    EXPECT_EQ(get(id).counts.audience(), 0);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM audit_entries WHERE details LIKE '%store_unavailable%'"), 1);
    raw().exec("DROP TRIGGER t");
    EXPECT_EQ(append(id, {by_email("a@x.org")}), (Appended{1, 0, 1}));
    EXPECT_TRUE(run(campaigns().end_upload(caller(), id, "upload", {1, 1, 0, 0, "complete"}, start)));
    expect_counts_are_rows(id);
}

TEST_F(AudienceTest, AReferenceStandsOnce) {
    const auto id = campaign(1, false);
    EXPECT_EQ(append(id, {by_email("a@x.org"), by_email("A@X.org"), people(1).at(0)}), (Appended{1, 2, 2}));
    EXPECT_EQ(append(id, {by_email("A@x.org"), by_email("b@x.org")}), (Appended{1, 1, 3}));
    EXPECT_EQ(append(id, {by_email("b@x.org")}), (Appended{0, 1, 3}));
    EXPECT_EQ(append(id, {}), (Appended{0, 0, 3}));
    EXPECT_EQ(row(id, 2).ref.value, "b@x.org");
    expect_counts_are_rows(id);
    const auto other = campaign(0, false);
    EXPECT_EQ(append(other, {by_email("a@x.org")}), (Appended{1, 0, 1}));
}

TEST_F(AudienceTest, OnlyEmailsCompareWithoutRegardToCase) {
    const auto id = campaign(0, false);
    EXPECT_EQ(append(id, {{{ContactRef::Kind::external_id, "a"}, {}}, {{ContactRef::Kind::external_id, "A"}, {}}}),
              (Appended{2, 0, 2}));
}

TEST_F(AudienceTest, WhatWasGivenInlineTwiceKeepsItsRows) {
    const std::vector twice{by_email("a@x.org"), by_email("A@x.org"), by_email("a@x.org")};
    ASSERT_TRUE(run(campaigns().create(caller(), draft("cmp_1"), twice, false, "h", {})));
    EXPECT_EQ(get({"cmp_1"}).counts.audience(), 3);
    EXPECT_EQ(append({"cmp_1"}, {by_email("a@x.org"), by_email("c@x.org")}), (Appended{1, 1, 4}));
    EXPECT_EQ(row({"cmp_1"}, 3).ref.value, "c@x.org");
    expect_counts_are_rows({"cmp_1"});
}

TEST_F(AudienceTest, OnlyADraftGrows) {
    const auto id = campaign(1);
    EXPECT_EQ(append(id, people(2)).error().code, Errc::conflict);
    EXPECT_EQ(get(id).counts.audience(), 1);
    EXPECT_EQ(append({"cmp_none"}, people(1)).error().code, Errc::not_found);
    EXPECT_EQ(append(campaign(1, false), people(1), {"other"}).error().code, Errc::not_found);
}

TEST_F(AudienceTest, TheAudienceSurvivesARestart) {
    const auto id = campaign(0, false);
    ASSERT_TRUE(append(id, people(100)));
    EXPECT_EQ(restart().corrected_campaigns, 0);
    EXPECT_EQ(append(id, people(101)), (Appended{1, 100, 101}));
}

TEST_F(AudienceTest, RowsFromBeforeUploadsAreDedupedToo) {
    sqlite::Connection connection(directory / "old.db", sqlite::Connection::Mode::write, std::chrono::seconds(1));
    sqlite::migrate(connection, sqlite::migrations().first(1));
    connection.execute(
        "PRAGMA foreign_keys=OFF; INSERT INTO deliveries (campaign, workspace, position, ref_kind, ref, variables, "
        "state) "
        "VALUES (1,'w',0,'email','a@x.org','','queued'), (1,'w',1,'email','A@x.org','','queued'), "
        "(1,'w',2,'id','A@x.org','','queued'), (2,'w',0,'email','a@x.org','','queued')");
    sqlite::migrate(connection);
    auto repeated = connection.query("SELECT group_concat(number) FROM deliveries WHERE repeated = 1");
    ASSERT_TRUE(repeated.next());
    EXPECT_EQ(repeated.text(0), "2");
}

}  // namespace
}  // namespace herald::test
