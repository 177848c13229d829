// Many callers, one commit.

#include <fmt/format.h>

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class GroupCommitTest : public StoreTest {
 public:
    std::vector<Claim> ready_rows(int count) {
        campaign(count);
        return ready_again(count);
    }
    std::vector<Claim> ready_again(int count) {
        std::vector<PlannedDelivery> plans;
        for (const auto& row : claim(static_cast<std::size_t>(count)))
            plans.push_back({row.claim, DeliveryEvent::intend, ContactId{row.ref.value}, {}, {}});
        return run(deliveries().plan(plans, start)).value();
    }
    std::vector<Task<Result<bool>>> intents(const std::vector<Claim>& claims) {
        std::vector<Task<Result<bool>>> tasks;
        for (const auto& one : claims) tasks.push_back(deliveries().intend(one, start));
        return tasks;
    }
    std::vector<Result<bool>> intend_all(const std::vector<Claim>& claims) { return run_all(intents(claims)); }
    // As intend_all, but the writer is kept busy until every caller has asked.
    std::vector<Result<bool>> intend_together(const std::vector<Claim>& claims) {
        auto other = raw();
        other.exec("BEGIN IMMEDIATE");
        boost::asio::co_spawn(io, deliveries().claim(workspace, 0, {}, start),
                              [](const std::exception_ptr&, const auto&) {});
        boost::asio::post(io, [&] { boost::asio::post(io, [&] { other.exec("COMMIT"); }); });
        return run_all(intents(claims));
    }
};

TEST_F(GroupCommitTest, EveryCallerGetsItsOwnResult) {
    auto claims = ready_rows(600);  // more than one group
    claims.insert(claims.begin() + 300, {claims[0].number, 99});
    const auto results = intend_all(claims);
    for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i].value(), i != 300) << i;
    EXPECT_EQ(raw_integer("SELECT inflight FROM campaign_counts"), 600);
}

TEST_F(GroupCommitTest, CallersShareCommits) {
    const auto claims = ready_rows(600);
    changed.clear();
    for (const auto& result : intend_together(claims)) EXPECT_TRUE(result.value());
    EXPECT_EQ(changed.size(), 2u);  // one notice per commit: 512 and 88 callers
}

TEST_F(GroupCommitTest, AFailureLeavesNothingAppliedAndTellsEveryCaller) {
    const auto claims = ready_rows(50);
    raw().exec(
        fmt::format("CREATE TRIGGER broken BEFORE UPDATE ON deliveries WHEN new.number = {} "
                    "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END",
                    claims.back().number));
    changed.clear();
    for (const auto& result : intend_together(claims)) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error(), (Error{Errc::store_unavailable, "the store is unavailable"}));
    }
    EXPECT_EQ(raw_integer("SELECT count(*) FROM deliveries WHERE state = 'queued'"), 50);
    EXPECT_EQ(raw_integer("SELECT queued FROM campaign_counts"), 50);
    EXPECT_TRUE(changed.empty());
    ASSERT_FALSE(problems.empty());
    EXPECT_EQ(problems.front(), "database or disk is full");

    raw().exec("DROP TRIGGER broken");
    ASSERT_TRUE(run(deliveries().release(claims)));
    for (const auto& result : intend_all(ready_again(50))) EXPECT_TRUE(result.value());
    EXPECT_EQ(raw_integer("SELECT inflight FROM campaign_counts"), 50);
}

TEST_F(GroupCommitTest, AClaimThatFailedHoldsNothing) {
    campaign(5);
    raw().exec("CREATE TRIGGER broken BEFORE INSERT ON meta BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END");
    EXPECT_EQ(run(deliveries().claim(workspace, 9, {}, start)).error().code, Errc::store_unavailable);
    raw().exec("DROP TRIGGER broken");
    EXPECT_EQ(claim(9).size(), 5u);
}

TEST_F(GroupCommitTest, ALockedDatabaseIsUnavailableAndComesBack) {
    options.busy_timeout = 1ms;
    store.reset();
    open();
    const auto claims = ready_rows(3);
    {
        auto other = raw();
        other.exec("BEGIN IMMEDIATE");
        for (const auto& result : intend_all(claims)) EXPECT_EQ(result.error().code, Errc::store_unavailable);
        EXPECT_EQ(run(deliveries().claim(workspace, 1, {}, start)).error().code, Errc::store_unavailable);
        EXPECT_FALSE(run(campaigns().healthy()));
    }
    EXPECT_TRUE(run(campaigns().healthy()));
    ASSERT_TRUE(run(deliveries().release(claims)));
    for (const auto& result : intend_all(ready_again(3))) EXPECT_TRUE(result.value());
    EXPECT_EQ(raw_integer("SELECT inflight FROM campaign_counts"), 3);
}

TEST_F(GroupCommitTest, CloseFinishesWhatWasAskedFor) {
    const auto claims = ready_rows(600);
    std::vector<Task<Result<bool>>> tasks;
    for (const auto& one : claims) tasks.push_back(deliveries().intend(one, start));
    boost::asio::post(io, [&] { boost::asio::post(io, [&] { store->close(); }); });
    for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result.value());

    EXPECT_EQ(run(deliveries().intend(claims[0], start)).error().code, Errc::store_unavailable);
    EXPECT_EQ(run(deliveries().claim(workspace, 1, {}, start)).error().code, Errc::store_unavailable);
    EXPECT_EQ(run(campaigns().get(workspace, {"cmp_0001"})).error().code, Errc::store_unavailable);
    EXPECT_FALSE(run(campaigns().healthy()));
}

TEST_F(GroupCommitTest, AStoreThatGoesAwayBeforeTheLoopRunsOnLosesNobody) {
    const auto claims = ready_rows(10);
    int resumed = 0;
    for (const auto& one : claims)
        boost::asio::co_spawn(io, deliveries().intend(one, start), [&](const std::exception_ptr&, Result<bool> result) {
            resumed += result && *result ? 1 : 0;
        });
    io.restart();
    io.poll();  // asked, and perhaps not answered
    store.reset();
    io.restart();
    io.run();
    EXPECT_EQ(resumed, 10);
}

}  // namespace
}  // namespace herald::test
