// Runs: due, written, listed, cancelled, and what a crash leaves of them.

#include <fmt/format.h>

#include "tests/store/automation_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class RunTest : public AutomationTest {
 public:
    // Copies the one run there is, so that there are `count`; each due one millisecond after the one before it.
    void multiply(std::int64_t count, WallTime first_due) {
        auto database = raw();
        std::string columns;
        SQLite::Statement info(database,
                               "SELECT name FROM pragma_table_info('automation_runs') WHERE name NOT IN "
                               "('number', 'wake_at', 'contact_id')");
        while (info.executeStep()) columns += info.getColumn(0).getString() + ", ";
        database.exec(fmt::format(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) INSERT INTO automation_runs "
            "({1} wake_at, contact_id) SELECT {1} {2} + i, 'x' || i FROM automation_runs, n WHERE number = 1",
            count, columns, first_due.time_since_epoch().count()));
    }
    // A run that is about to wait for "paid", and the events about its person that have arrived since it began.
    StoredRun about_to_wait() {
        auto out = begin("e-1");
        out.awaiting = "paid";
        return out;
    }
    void came(const std::string& id, WallTime at, const std::string& name = "paid", const std::string& person = "c-1") {
        auto one = event(id, name, person);
        one.at = at;
        ASSERT_TRUE(take(one));
        arrive();
    }
    std::vector<std::string> awaited(const StoredRun& about, WallTime since, std::int64_t behind = 0) {
        std::vector<std::string> ids;
        for (const auto& each : run(runs().awaited(about, since, behind)).value()) ids.push_back(each.event.id);
        return ids;
    }
    static RunWrite begins_to_wait(StoredRun run, WallTime since, std::int64_t behind = 0) {
        RunWrite out{.run = std::move(run), .trace = {}, .emitted = {}};
        out.awaits_since = since;
        out.awaits_behind = behind;
        return out;
    }
    std::string plan_of(const std::string& sql) {
        auto database = raw();
        SQLite::Statement plan(database, "EXPLAIN QUERY PLAN " + sql);
        std::string text;
        while (plan.executeStep()) text += plan.getColumn(3).getString() + "\n";
        return text;
    }
};

TEST_F(RunTest, WhatIsWrittenIsReadAgain) {
    automation();
    auto changed = begin("e-1");
    changed.reason = "because";
    changed.position = 4;
    changed.due_at = start + 1s;
    changed.wake_at = start + 2s;
    changed.awaiting = "paid";
    changed.tries = 2;
    changed.refusals = 3;
    changed.intended = true;
    changed.executed = 5;
    changed.succeeded = 4;
    changed.leaving = "soon";
    changed.contact = {"merged"};
    ASSERT_TRUE(write({changed, {}, {}, false}));
    ++changed.fence;
    EXPECT_EQ(get_run(changed.number), changed);
    EXPECT_EQ(run(automations().run({"elsewhere"}, changed.number)).error().code, Errc::not_found);
}

TEST_F(RunTest, TheTraceIsKeptInOrder) {
    automation();
    const auto begun = begin("e-1");
    const auto last = ended(begun);
    ASSERT_TRUE(write(last));
    const auto trace_ = trace(begun.number);
    ASSERT_EQ(trace_.size(), 2u);
    EXPECT_EQ(trace_[1], last.trace[0]);
    EXPECT_EQ(get_run(begun.number).ended_at, start + 9s);
    EXPECT_EQ(run(automations().trace(workspace, 99)).error().code, Errc::not_found);
    expect_run_counts_are_rows();
}

TEST_F(RunTest, AnOlderFenceChangesNothing) {
    automation();
    const auto begun = begin("e-1");
    ASSERT_TRUE(write({begun, {}, {}, false}));
    EXPECT_FALSE(write(ended(begun)));
    EXPECT_EQ(get_run(begun.number).state, RunState::active);
    EXPECT_EQ(trace(begun.number).size(), 1u);
    expect_run_counts_are_rows();
}

TEST_F(RunTest, WhatNeedsAnActiveAutomationIsNotWrittenWithoutOne) {
    const auto id = automation();
    const auto begun = begin("e-1");
    ASSERT_TRUE(deactivate(id));
    EXPECT_FALSE(write({begun, {}, {}, true}));
    EXPECT_TRUE(write({begun, {}, {}, false}));
}

TEST_F(RunTest, ATraceHasABound) {
    automation();
    const auto begun = begin("e-1");
    auto much = ended(begun);
    much.trace.resize(1'000, much.trace[0]);
    EXPECT_EQ(run(runs().write(much)).error().code, Errc::conflict);
    EXPECT_EQ(get_run(begun.number), begun);
    much.trace.pop_back();
    EXPECT_TRUE(write(much));
    EXPECT_EQ(trace(begun.number).size(), 1'000u);
}

TEST_F(RunTest, WhatARunEmitsIsAnEventOnce) {
    automation();
    auto last = ended(begin("e-1"));
    last.emitted = event("run-1-0", "welcomed");
    last.emitted->depth = 1;
    ASSERT_TRUE(write(last));
    EXPECT_FALSE(write(last));
    const auto pending = run(runs().arrivals(workspace, 0, 10)).value();
    ASSERT_EQ(pending.size(), 1u);
    EXPECT_EQ(pending[0].event, last.emitted);
}

TEST_F(RunTest, AReportOfARunStartsNothing) {
    automation();
    auto last = ended(begin("e-1"));
    last.emitted = event("run-1-0", "automation_triggered");
    last.emitted->kind = IncomingEvent::Kind::report;
    last.emitted->track = true;
    ASSERT_TRUE(write(last));
    EXPECT_TRUE(run(runs().arrivals(workspace, 0, 10)).value().empty());
    EXPECT_EQ(run(runs().reports(workspace, 10, start + 1h)).value().at(0).event, last.emitted);
}

TEST_F(RunTest, WhatAWaitIsForMayHaveCome) {
    automation();
    came("e-0", start + 1h);  // before the event that begins the run
    const auto waits = about_to_wait();
    EXPECT_TRUE(awaited(waits, start).empty());
    came("e-2", start + 1s);
    came("e-3", start + 2s);
    came("e-4", start + 3s, "left");
    came("e-5", start + 3s, "paid", "c-2");
    auto crossed = event("e-6", "paid");
    crossed.kind = IncomingEvent::Kind::write;
    ASSERT_TRUE(take(crossed));
    arrive();
    ASSERT_TRUE(take(event("e-7", "paid")));  // pending: the run will notice it
    using Ids = std::vector<std::string>;
    EXPECT_EQ(awaited(waits, start), (Ids{"e-2", "e-3"}));
    EXPECT_EQ(awaited(waits, start + 1s), (Ids{"e-2", "e-3"}));
    EXPECT_EQ(awaited(waits, start + 1'001ms), (Ids{"e-3"}));
    EXPECT_EQ(awaited(waits, start + 2'001ms), Ids{});
    const auto found = run(runs().awaited(waits, start, 0)).value();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].event.metadata, event("e-2").metadata);
    EXPECT_EQ(found[0].event.at, start + 1s);
    EXPECT_EQ(awaited(waits, start, found[0].number - 1), (Ids{"e-2", "e-3"}));
    EXPECT_EQ(awaited(waits, start, found[0].number), (Ids{"e-3"}));
    EXPECT_EQ(awaited(waits, start, found[1].number), Ids{});
    auto elsewhere = waits;
    elsewhere.workspace = {"elsewhere"};
    EXPECT_EQ(awaited(elsewhere, start), Ids{});
    auto nothing = waits;
    nothing.awaiting.clear();
    EXPECT_EQ(awaited(nothing, start), Ids{});
    // The event that began it is not kept for ever, and one by the clock began with none.
    auto timed = waits;
    timed.event_id.clear();
    EXPECT_EQ(awaited(timed, start), (Ids{"e-0", "e-2", "e-3"}));
    raw().exec("DELETE FROM automation_events WHERE id = 'e-1'");
    EXPECT_EQ(awaited(waits, start), (Ids{"e-0", "e-2", "e-3"}));
}

TEST_F(RunTest, WhatAWaitIsForIsToldUpToABound) {
    automation();
    const auto waits = about_to_wait();
    for (int i = 0; i < 101; ++i) came(fmt::format("p-{}", i), start + 1s);
    const auto found = awaited(waits, start);
    ASSERT_EQ(found.size(), 100u);
    EXPECT_EQ(found.front(), "p-0");
    EXPECT_EQ(found.back(), "p-99");
}

TEST_F(RunTest, AWaitDoesNotBeginBehindWhatItIsFor) {
    automation();
    const auto waits = about_to_wait();
    came("e-2", start + 1s);
    const auto number = run(runs().awaited(waits, start, 0)).value().at(0).number;
    EXPECT_EQ(run(runs().write(begins_to_wait(waits, start + 1s))).error().code, Errc::stale);
    EXPECT_EQ(run(runs().write(begins_to_wait(waits, start, number - 1))).error().code, Errc::stale);
    EXPECT_EQ(get_run(waits.number).awaiting, "");
    EXPECT_EQ(get_run(waits.number).fence, waits.fence);
    EXPECT_EQ(trace(waits.number).size(), 1u);
    auto older = waits;
    --older.fence;
    EXPECT_FALSE(write(begins_to_wait(older, start))) << "whose run it is comes first";
    EXPECT_TRUE(write(begins_to_wait(waits, start, number)));
    EXPECT_EQ(get_run(waits.number).awaiting, "paid");
    auto later = get_run(waits.number);
    EXPECT_TRUE(write(begins_to_wait(later, start + 1'001ms)));
    later = get_run(waits.number);
    EXPECT_TRUE(write({later, {}, {}, true})) << "a write that begins no wait looks at nothing";
}

TEST_F(RunTest, ManyWritesShareACommitAndKeepTheirOwnAnswer) {
    automation();
    std::vector<Task<Result<bool>>> tasks;
    for (int i = 0; i < 40; ++i) {
        auto one = begin(fmt::format("e-{}", i), fmt::format("c-{}", i));
        if (i % 4 == 0) one.fence = 7;
        tasks.push_back(runs().write(ended(one)));
    }
    const auto results = run_all(std::move(tasks));
    for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i].value(), i % 4 != 0) << i;
    expect_run_counts_are_rows();
}

TEST_F(RunTest, PagesByStateAndByContact) {
    const auto id = automation();
    const auto first = begin("e-1");
    const auto second = begin("e-2", "c-2");
    const auto third = begin("e-3");
    ASSERT_TRUE(write(ended(second)));
    const auto page = [&](RunQuery query) {
        std::vector<std::int64_t> numbers;
        for (const auto& each : run(automations().runs(workspace, query)).value()) numbers.push_back(each.number);
        return numbers;
    };
    using Numbers = std::vector<std::int64_t>;
    EXPECT_EQ(page({.automation = id}), (Numbers{third.number, second.number, first.number}));
    EXPECT_EQ(page({.automation = id, .limit = 1, .after = third.number}), (Numbers{second.number}));
    EXPECT_EQ(page({.automation = id, .after = first.number, .ascending = true}),
              (Numbers{second.number, third.number}));
    EXPECT_EQ(page({.automation = id, .state = RunState::active}), (Numbers{third.number, first.number}));
    EXPECT_EQ(page({.automation = id, .contact = ContactId{"id-c-1"}}), (Numbers{third.number, first.number}));
    EXPECT_EQ(page({.automation = id, .state = RunState::completed, .contact = ContactId{"id-c-1"}}), Numbers{});
    EXPECT_EQ(run(automations().runs({"elsewhere"}, {.automation = id})).error().code, Errc::not_found);
}

TEST_F(RunTest, APersonCancelsARun) {
    automation();
    auto begun = begin("e-1");
    const auto cancelled = run(automations().cancel_run(caller(), begun.number, start + 1min)).value();
    EXPECT_EQ(cancelled.state, RunState::cancelled);
    EXPECT_EQ(cancelled.ended_at, start + 1min);
    EXPECT_EQ(cancelled.fence, begun.fence + 1);
    EXPECT_EQ(trace(begun.number).back().outcome, StepOutcome::cancelled);
    EXPECT_EQ(run(automations().cancel_run(caller(), begun.number, start)).error().code, Errc::conflict);
    EXPECT_EQ(run(automations().cancel_run(caller(), 99, start)).error().code, Errc::not_found);
    EXPECT_FALSE(write(ended(begun)));
    EXPECT_EQ(audited("automation_run_cancelled"), 1);
    expect_run_counts_are_rows();

    auto sending = begin("e-2", "c-2");
    sending.intended = true;
    ASSERT_TRUE(write({sending, {}, {}, true}));
    const auto refused = run(automations().cancel_run(caller(), sending.number, start)).error();
    EXPECT_EQ(refused.code, Errc::conflict);
    EXPECT_TRUE(refused.retry_after);
}

TEST_F(RunTest, TheLongestDueComesFirst) {
    const auto first = automation();
    const auto second = automation();
    std::vector<std::int64_t> numbers;
    for (int i = 0; i < 3; ++i) {
        auto e = event(fmt::format("e-{}", i), "signup", fmt::format("c-{}", i));
        e.at = start + i * 1s;
        ASSERT_TRUE(take(e));
        ASSERT_EQ(arrive(start + i * 1s).begun, 2);
    }
    const auto due_numbers = [&](WallTime now, std::size_t limit, std::vector<std::int64_t> held = {}) {
        std::vector<std::int64_t> out;
        for (const auto& each : due(now, limit, std::move(held))) out.push_back(each.number);
        return out;
    };
    using Numbers = std::vector<std::int64_t>;
    EXPECT_EQ(due_numbers(start + 1h, 10), (Numbers{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(due_numbers(start + 1h, 3), (Numbers{1, 2, 3}));
    EXPECT_EQ(due_numbers(start + 1h, 3, {1, 3, 4}), (Numbers{2, 5, 6}));
    EXPECT_EQ(due_numbers(start + 1s, 10), (Numbers{1, 2, 3, 4}));
    EXPECT_EQ(run(runs().due(workspace, start + 1s, 10, {})).value().next, start + 2s);
    EXPECT_FALSE(run(runs().due(workspace, start + 1s, 4, {})).value().next);
    EXPECT_FALSE(run(runs().due(workspace, start + 1h, 10, {})).value().next);
    EXPECT_TRUE(run(runs().due({"elsewhere"}, start + 1h, 10, {})).value().runs.empty());
    ASSERT_TRUE(deactivate(first));
    EXPECT_EQ(due_numbers(start + 1h, 10), (Numbers{2, 4, 6}));
    ASSERT_TRUE(deactivate(second));
    EXPECT_TRUE(due_numbers(start + 1h, 10).empty());
}

TEST_F(RunTest, WhatWasOnTheWireIsDueAlsoWhenItsAutomationIsNotActive) {
    const auto id = automation();
    auto sending = begin("e-1");
    begin("e-2", "c-2");
    sending.intended = true;
    ASSERT_TRUE(write({sending, {}, {}, true}));
    ASSERT_TRUE(deactivate(id));
    EXPECT_TRUE(due(start, 10, {sending.number}).empty());
    restart();
    const auto found = due();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].number, sending.number);
    auto settled = found[0];
    settled.intended = false;
    ASSERT_TRUE(write({settled, {}, {}, false}));
    EXPECT_TRUE(due().empty());
}

TEST_F(RunTest, DueStaysFastBesideManyThatWaitOrBelongToInactiveOnes) {
    const auto inactive = automation();
    begin("e-1");
    multiply(200'000, start - 24h);  // all of them due
    ASSERT_TRUE(deactivate(inactive));
    registry.active.clear();
    automation();
    const auto mine = begin("e-2", "c-2");
    raw().exec("UPDATE automation_runs SET automation = 2 WHERE number > 50000 AND number < 100000");
    raw().exec("UPDATE automation_runs SET wake_at = wake_at + 1000000000 WHERE automation = 2 AND number <> " +
               std::to_string(mine.number));
    // Two thousand looks through all rows would take minutes.
    for (int i = 0; i < 2'000; ++i) ASSERT_EQ(due(start, 100).size(), 1u);
    EXPECT_EQ(due(start).at(0).number, mine.number);
}

TEST_F(RunTest, QuestionsOfTheEngineSearchAnIndexAndSortNothing) {
    for (const auto* sql :
         {"SELECT wake_at, number FROM automation_runs INDEXED BY automation_runs_due WHERE automation = 1 AND state = "
          "'active' AND wake_at <= 5 ORDER BY wake_at LIMIT 9",
          "SELECT number FROM automation_events INDEXED BY automation_events_pending WHERE workspace = 'm' AND arrival "
          "= 'pending' AND number > 4 ORDER BY number LIMIT 9",
          "SELECT number FROM automation_events INDEXED BY automation_events_person WHERE workspace = 'm' AND "
          "contact_id <> '' AND contact_id = 'c' AND number > max(4, coalesce((SELECT number FROM automation_events "
          "WHERE workspace = 'm' AND id = 'e'), 0)) AND arrival = 'done' AND name = 'n' AND at >= 3 ORDER BY number "
          "LIMIT 9",
          "SELECT number FROM automation_events INDEXED BY automation_events_report WHERE workspace = 'm' AND report = "
          "'queued' AND report_not_before <= 3 ORDER BY report_not_before, number LIMIT 9",
          "SELECT number FROM automation_events INDEXED BY automation_events_age WHERE taken_at < 3 AND arrival <> "
          "'pending' AND report <> 'queued' ORDER BY taken_at LIMIT 9",
          "SELECT number FROM automation_runs INDEXED BY automation_runs_state WHERE automation = 1 AND state = "
          "'failed' AND number < 9 ORDER BY number DESC LIMIT 9",
          "SELECT number FROM automation_runs INDEXED BY automation_runs_listed WHERE automation = 1 AND number < 9 "
          "ORDER BY number DESC LIMIT 9"}) {
        const auto plan = plan_of(sql);
        EXPECT_TRUE(plan.starts_with("SEARCH")) << sql << "\n" << plan;
        EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << sql << "\n" << plan;
    }
}

TEST_F(RunTest, AStartCountsWhatWasOnTheWireAndChecksTheCounts) {
    automation();
    auto sending = begin("e-1");
    begin("e-2", "c-2");
    sending.intended = true;
    ASSERT_TRUE(write({sending, {}, {}, true}));
    auto recovery = restart();
    EXPECT_EQ(recovery.lost_steps, 1);
    EXPECT_EQ(recovery.corrected_automations, 0);
    EXPECT_EQ(recovery.workspaces, std::vector{workspace});
    EXPECT_TRUE(get_run(sending.number).intended);
    raw().exec("UPDATE automation_counts SET active = 7, failed = -1");
    EXPECT_EQ(restart().corrected_automations, 1);
    expect_run_counts_are_rows();
    raw().exec("UPDATE automation_versions SET open_runs = 0");
    EXPECT_EQ(restart().corrected_automations, 1);
    expect_run_counts_are_rows();
    EXPECT_EQ(restart().corrected_automations, 0);
}

}  // namespace
}  // namespace herald::test
