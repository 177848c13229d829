// What a crash leaves behind, and what the next start makes of it.

#include <fmt/format.h>

#include "adapters/store/sqlite/migrations.hpp"
#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class RecoveryTest : public StoreTest {};

TEST_F(RecoveryTest, ACrashGivesBackWhatWasClaimedAndLosesWhatWasInFlight) {
    const auto id = campaign(5);
    const auto in_flight = sent("x");
    settle(sent("y"), DeliveryEvent::accept);
    const auto held = claim(2);

    const auto recovery = restart(start + 1min);
    EXPECT_EQ(recovery.lost, 1);
    EXPECT_EQ(recovery.corrected_campaigns, 0);
    EXPECT_EQ(recovery.epoch, 1);
    EXPECT_EQ(restart().epoch, 2);
    EXPECT_EQ(row(id, 0).state, DeliveryState::unknown);
    EXPECT_EQ(row(id, 0).reason, "crash");
    EXPECT_EQ(row(id, 0).attempts, 1);
    EXPECT_EQ(row(id, 0).updated_at, start + 1min);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM attempts WHERE reason = 'crash' AND n = 1"), 1);
    expect_counts_are_rows(id);

    // The dead process has no say any more, and what it lost is never sent again.
    EXPECT_FALSE(intend(held[0].claim));
    EXPECT_FALSE(settle(in_flight, DeliveryEvent::withdraw));
    EXPECT_EQ(claim(10).size(), 3u);
}

TEST_F(RecoveryTest, AKilledProcessLeavesALogThatIsReadAgain) {
    const auto id = campaign(3);
    settle(sent("x"), DeliveryEvent::accept);
    sent("y");
    // The files as kill -9 leaves them: nothing closed, nothing moved from the log into the database.
    const auto after = directory / "after";
    std::filesystem::create_directory(after);
    for (const auto* file : {"herald.db", "herald.db-wal"}) std::filesystem::copy_file(directory / file, after / file);
    ASSERT_GT(std::filesystem::file_size(after / "herald.db-wal"), 0u);

    sqlite::SqliteStore next(after, io.get_executor());
    EXPECT_EQ(next.recover(start).lost, 1);
    const auto counts = run(next.campaigns().get(workspace, id)).value().counts;
    EXPECT_EQ(counts[DeliveryState::accepted], 1);
    EXPECT_EQ(counts[DeliveryState::unknown], 1);
    EXPECT_EQ(counts[DeliveryState::queued], 1);
}

TEST_F(RecoveryTest, ALostRowOfACancelledCampaignIsLostAsWell) {
    const auto id = campaign(1);
    sent("x");
    ASSERT_TRUE(change(id, CampaignEvent::cancel));
    EXPECT_EQ(restart().lost, 1);
    EXPECT_EQ(get(id).counts[DeliveryState::unknown], 1);
    EXPECT_EQ(get(id).state, CampaignState::cancelled);
}

TEST_F(RecoveryTest, LosingTheLastRowCompletesTheCampaign) {
    const auto id = campaign(1);
    sent("x");
    restart(start + 1h);
    EXPECT_EQ(get(id).state, CampaignState::completed_with_losses);
    EXPECT_EQ(get(id).finished_at, start + 1h);
}

TEST_F(RecoveryTest, CountersAreMadeWhatTheRowsSay) {
    const auto id = campaign(3);
    campaign(3);
    raw().exec(
        fmt::format("UPDATE campaign_counts SET queued = 7, accepted = 2, events_failed = 1 WHERE campaign = "
                    "(SELECT number FROM campaigns WHERE id = '{}')",
                    id.value));
    EXPECT_EQ(restart().corrected_campaigns, 1);
    expect_counts_are_rows(id);
    EXPECT_EQ(get(id).events, EventCounts{});
    EXPECT_EQ(restart().corrected_campaigns, 0);
}

TEST_F(RecoveryTest, ThreeStartsWithoutAnyOutcomePauseWhatRuns) {
    const auto id = campaign(9);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(restart().paused_campaigns, 0);
        sent(fmt::format("a{}", i));
        sent(fmt::format("b{}", i));
    }
    EXPECT_EQ(restart().paused_campaigns, 1);
    EXPECT_EQ(get(id).state, CampaignState::paused);
    EXPECT_EQ(get(id).paused_for, PauseReason::crash_loop);
    ASSERT_TRUE(change(id, CampaignEvent::resume));
    EXPECT_EQ(restart().paused_campaigns, 0);  // counted from the beginning
}

TEST_F(RecoveryTest, OneOutcomeOrAnIdleStartIsNoCrashLoop) {
    campaign(20);
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(restart().paused_campaigns, 0);
        const auto first = sent(fmt::format("a{}", i));
        if (i % 3 == 2) {
            EXPECT_TRUE(settle(first, DeliveryEvent::reject));
        }
        sent(fmt::format("b{}", i));
    }
    for (int i = 0; i < 4; ++i) EXPECT_EQ(restart().paused_campaigns, 0);
}

TEST_F(RecoveryTest, ADirectoryServesOneProcess) {
    try {
        sqlite::SqliteStore second(directory, io.get_executor());
        FAIL() << "the directory was opened twice";
    } catch (const std::runtime_error& refused) {
        EXPECT_NE(std::string(refused.what()).find(directory.string()), std::string::npos);
    }
    store.reset();
    EXPECT_NO_THROW(sqlite::SqliteStore(directory, io.get_executor()));
}

TEST_F(RecoveryTest, TheFilesAreForTheirOwnerOnly) {
    const auto inner = directory / "fresh";
    const sqlite::SqliteStore fresh(inner, io.get_executor());
    constexpr auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(std::filesystem::status(inner).permissions() & others, std::filesystem::perms::none);
    EXPECT_EQ(std::filesystem::status(inner / "herald.db").permissions() & others, std::filesystem::perms::none);
}

TEST_F(RecoveryTest, ADatabaseOfANewerVersionIsRefused) {
    raw().exec("INSERT INTO schema_version (version) VALUES (99)");
    store.reset();
    EXPECT_THROW(
        {
            try {
                open();
            } catch (const std::runtime_error& refused) {
                EXPECT_NE(std::string(refused.what()).find("newer version"), std::string::npos);
                throw;
            }
        },
        std::runtime_error);
}

TEST_F(RecoveryTest, WhatAnEarlierReleaseHadClaimedIsQueued) {
    sqlite::Connection connection(directory / "earlier.db", sqlite::Connection::Mode::write, 1s);
    sqlite::migrate(connection, sqlite::migrations().first(13));
    connection.execute(
        "INSERT INTO campaigns (number, id, workspace, name, channel, template_type, body_format, body, style, "
        "sender_verified, variables, track_event, body_hash, metadata, state, created_at, version) "
        "VALUES (1, 'cmp_1', 'w', 'n', 'email', 't', 'html', 'b', 'personal', 1, '', 0, 'h', '', 'running', 0, 1);"
        "INSERT INTO campaign_counts (campaign, workspace, queued, claimed, accepted) VALUES (1, 'w', 1, 1, 1);"
        "INSERT INTO deliveries (campaign, workspace, position, ref_kind, ref, variables, state) VALUES "
        "(1, 'w', 0, 'email', 'a', '', 'accepted'), (1, 'w', 1, 'email', 'b', '', 'claimed'), "
        "(1, 'w', 2, 'email', 'c', '', 'queued')");
    sqlite::migrate(connection, sqlite::migrations());
    auto row = connection.query(
        "SELECT (SELECT count(*) FROM deliveries WHERE state = 'queued'), queued, accepted FROM campaign_counts");
    ASSERT_TRUE(row.next());
    EXPECT_EQ(row.integer(0), 2);
    EXPECT_EQ(row.integer(1), 2);
    EXPECT_EQ(row.integer(2), 1);
}

TEST_F(RecoveryTest, MigrationsGoForwardOneAtATime) {
    using sqlite::Migration;
    sqlite::Connection connection(directory / "other.db", sqlite::Connection::Mode::write, 1s);
    const std::vector<Migration> first{{1, "CREATE TABLE a (x)"}};
    sqlite::migrate(connection, first);
    sqlite::migrate(connection, first);
    const std::vector<Migration> broken{{1, "never"}, {2, "CREATE TABLE b (x)"}, {3, "CREATE TABLE c (x); nonsense"}};
    EXPECT_THROW(sqlite::migrate(connection, broken), SQLite::Exception);
    const auto count = [&](const char* sql) {
        auto row = connection.query(sql);
        EXPECT_TRUE(row.next());
        return row.integer(0);
    };
    EXPECT_EQ(count("SELECT max(version) FROM schema_version"), 2);
    EXPECT_EQ(count("SELECT count(*) FROM sqlite_master WHERE name IN ('a', 'b', 'c')"), 2);
}

}  // namespace
}  // namespace herald::test
