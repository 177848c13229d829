// The audit chain on a real database: what each change leaves in it, and what a check finds.

#include "adapters/store/sqlite/audit.hpp"

#include <fmt/format.h>

#include "adapters/store/sqlite/sha256.hpp"
#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;
using Actions = std::vector<std::string>;

class AuditTest : public StoreTest {
 public:
    std::vector<AuditEntry> entries(AuditQuery query = {}, const WorkspaceId& in = workspace) {
        query.ascending = true;
        query.limit = 1'000;
        return run(store->audit().list(in, std::move(query))).value();
    }
    Actions actions() {
        Actions out;
        for (const auto& entry : entries()) out.push_back(entry.record.action);
        return out;
    }
    std::string detail(const AuditEntry& entry, const std::string& key) {
        const auto found = entry.record.details.find(key);
        if (found == entry.record.details.end()) return "(none)";
        if (const auto* text = std::get_if<std::string>(&found->second)) return *text;
        if (const auto* number = std::get_if<std::int64_t>(&found->second)) return fmt::format("{}", *number);
        return std::get<bool>(found->second) ? "true" : "false";
    }
    std::string states(const AuditEntry& entry) {
        return detail(entry, "state_before") + ">" + detail(entry, "state_after");
    }
    ChainCheck check(const WorkspaceId& in = workspace) {
        ChainCheck out(store->audit().digest());
        while (!out.ended()) EXPECT_TRUE(run(store->audit().check_some(in, out)));
        return out;
    }
    void expect_intact(std::int64_t length) {
        const auto found = check();
        EXPECT_EQ(found.broken().has_value(), false) << (found.broken() ? describe(*found.broken()) : "");
        EXPECT_EQ(found.good(), length);
    }
    BrokenEntry broken_after(const std::string& sql) {
        raw().exec(sql);
        return check().broken().value_or(BrokenEntry{});
    }
};

TEST_F(AuditTest, ACreationSaysWhoAndWhatAndALaunchIsItsOwnEntry) {
    const auto id = campaign(3);
    campaign(2, false);
    const auto found = entries();
    ASSERT_EQ(actions(), (Actions{"email_campaign_created", "campaign_launched", "email_campaign_created"}));
    const auto& created = found[0];
    EXPECT_EQ(created.workspace, workspace);
    EXPECT_EQ(created.position, 1);
    EXPECT_EQ(created.at, start);
    EXPECT_EQ(created.actor, "crm");
    EXPECT_EQ(created.request_id, "req_1");
    EXPECT_EQ(created.record.resource, "campaign:" + id.value);
    EXPECT_EQ(detail(created, "campaign_id"), id.value);
    EXPECT_EQ(detail(created, "created_by"), "ann");
    EXPECT_EQ(detail(created, "recipient_count"), "3");
    EXPECT_EQ(detail(created, "intercom_integration"), "true");
    EXPECT_EQ(detail(created, "send_status"), "running");
    EXPECT_EQ(states(found[1]), "draft>running");
    EXPECT_EQ(detail(found[1], "recipient_count"), "3");
    EXPECT_EQ(detail(found[2], "send_status"), "draft");
    expect_intact(3);
}

TEST_F(AuditTest, EveryChangeOfStateIsThereWithBeforeAndAfter) {
    const auto id = campaign(1, false);
    ASSERT_TRUE(change(id, CampaignEvent::launch, start + 1s));
    ASSERT_TRUE(change(id, CampaignEvent::pause, start + 2s));
    ASSERT_TRUE(change(id, CampaignEvent::resume, start + 3s));
    ASSERT_TRUE(change(id, CampaignEvent::cancel, start + 4s));
    const auto found = entries();
    ASSERT_EQ(actions(), (Actions{"email_campaign_created", "campaign_launched", "campaign_paused", "campaign_resumed",
                                  "campaign_cancelled"}));
    EXPECT_EQ(states(found[1]), "draft>running");
    EXPECT_EQ(states(found[2]), "running>paused");
    EXPECT_EQ(detail(found[2], "reason"), "operator");
    EXPECT_EQ(states(found[3]), "paused>running");
    EXPECT_EQ(states(found[4]), "running>cancelled");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(found[static_cast<std::size_t>(i)].at, start + seconds(i));
    expect_intact(5);
}

TEST_F(AuditTest, TheMachineCompletesPausesAndConfirmsInItsOwnName) {
    const auto id = campaign(2);
    ASSERT_TRUE(run(campaigns().sender_verified(machine(workspace), id, 7, start)));
    ASSERT_TRUE(run(campaigns().sender_verified(machine(workspace), id, 7, start)));  // changes nothing
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::accept));
    ASSERT_TRUE(run(
        campaigns().change(machine(workspace), id, CampaignEvent::pause, PauseReason::content_rejected, start, {})));
    ASSERT_TRUE(change(id, CampaignEvent::resume));
    const auto lost = sent("b");
    ASSERT_TRUE(settle(lost, DeliveryEvent::lose, "timeout", start + 1h));
    ASSERT_TRUE(settle(lost, DeliveryEvent::accept, {}, start + 2h));  // late

    const auto found = entries();
    ASSERT_EQ(actions(), (Actions{"email_campaign_created", "campaign_launched", "sender_confirmed", "campaign_paused",
                                  "campaign_resumed", "campaign_completed", "campaign_completed"}));
    for (const auto i : {2U, 3U, 5U, 6U}) {
        EXPECT_EQ(found[i].actor, "herald") << i;
        EXPECT_EQ(found[i].request_id, "") << i;
    }
    EXPECT_EQ(detail(found[2], "admin_id"), "7");
    EXPECT_EQ(detail(found[3], "reason"), "content_rejected");
    EXPECT_EQ(states(found[5]), "running>completed_with_losses");
    EXPECT_EQ(found[5].at, start + 1h);
    EXPECT_EQ(detail(found[5], "accepted"), "1");
    EXPECT_EQ(detail(found[5], "unknown"), "1");
    EXPECT_EQ(detail(found[5], "recipient_count"), "2");
    EXPECT_EQ(states(found[6]), "completed_with_losses>completed");
    EXPECT_EQ(detail(found[6], "accepted"), "2");
    expect_intact(7);
}

TEST_F(AuditTest, EditsAndDeletionsAreThere) {
    const auto id = campaign(2, false);
    auto edited = get(id);
    edited.subject = "Other";
    edited.metadata = {};
    ASSERT_TRUE(run(campaigns().edit(caller(), edited, {}, start + 1s, {})));
    ASSERT_TRUE(run(campaigns().remove(caller(), id, {}, start + 2s, {})));
    const auto found = entries();
    ASSERT_EQ(actions(), (Actions{"email_campaign_created", "campaign_edited", "campaign_deleted"}));
    EXPECT_EQ(detail(found[1], "fields"), "subject,metadata");
    EXPECT_EQ(found[1].at, start + 1s);
    EXPECT_EQ(detail(found[2], "recipient_count"), "2");
    EXPECT_EQ(found[2].record.resource, "campaign:" + id.value);
    expect_intact(3);
}

TEST_F(AuditTest, AChangeOfThePaceIsThere) {
    const auto id = campaign(1);
    ASSERT_TRUE(run(campaigns().pace(caller(), id, 30, [](const Campaign&) { return true; }, start, {})));
    EXPECT_EQ(entries().back().record.action, "campaign_paced");
    EXPECT_EQ(detail(entries().back(), "max_per_minute_before"), "(none)");
    EXPECT_EQ(detail(entries().back(), "max_per_minute_after"), "30");
    expect_intact(3);
}

TEST_F(AuditTest, SchedulesAndWhatBecomesOfThemAreThere) {
    const auto started = campaign(1, false);
    ASSERT_TRUE(run(campaigns().launch(caller(), started, {start + 1h, {}, start + 3h}, start, {})));
    const auto by_machine = [&](const CampaignId& id, CampaignEvent event, WallTime at) {
        return run(campaigns().change(machine(workspace), id, event, PauseReason::late, at, {})).has_value();
    };
    ASSERT_TRUE(by_machine(started, CampaignEvent::start, start + 1h));
    ASSERT_TRUE(by_machine(started, CampaignEvent::expire, start + 3h));
    const auto found = entries({.resource = "campaign:" + started.value});
    ASSERT_GE(found.size(), 4u);
    EXPECT_EQ(found[1].record.action, "campaign_scheduled");
    EXPECT_EQ(states(found[1]), "draft>scheduled");
    EXPECT_EQ(detail(found[1], "scheduled_at"), to_rfc3339(start + 1h));
    EXPECT_EQ(found[2].record.action, "campaign_started");
    EXPECT_EQ(found[2].actor, "herald");
    EXPECT_EQ(states(found[2]), "scheduled>running");
    EXPECT_EQ(found[3].record.action, "campaign_expired");

    auto held = draft("cmp_held");
    held.scheduled_at = start + 1h;
    ASSERT_TRUE(run(campaigns().create(caller(), held, people(1), false, "h", {})));
    ASSERT_TRUE(by_machine(held.id, CampaignEvent::hold, start + 9h));
    const auto late = entries({.resource = "campaign:cmp_held"});
    ASSERT_EQ(late.size(), 3u);
    EXPECT_EQ(states(late[1]), "draft>scheduled");
    EXPECT_EQ(late[2].record.action, "campaign_held");
    EXPECT_EQ(states(late[2]), "scheduled>paused");
    EXPECT_EQ(detail(late[2], "reason"), "late");
}

TEST_F(AuditTest, ARetrySaysOfWhomAndOneOfNobodyLeavesNothing) {
    const auto id = campaign(2);
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::reject, "why"));
    ASSERT_TRUE(settle(sent("b"), DeliveryEvent::lose, "timeout"));
    const auto before = entries().size();
    const auto retry = [&](std::vector<DeliveryState> of) {
        return run(campaigns().retry(caller(), id, std::move(of), start, {})).has_value();
    };
    ASSERT_TRUE(retry({DeliveryState::skipped}));
    EXPECT_EQ(entries().size(), before);
    ASSERT_TRUE(retry({DeliveryState::rejected, DeliveryState::unknown}));
    const auto last = entries().back();
    EXPECT_EQ(last.record.action, "campaign_retried");
    EXPECT_EQ(states(last), "completed_with_losses>running");
    EXPECT_EQ(detail(last, "states"), "rejected,unknown");
    EXPECT_EQ(detail(last, "recipient_count"), "2");
}

TEST_F(AuditTest, SendingLeavesNoEntries) {
    campaign(4);
    const auto before = entries().size();
    for (const auto* contact : {"a", "b", "c"}) settle(sent(contact), DeliveryEvent::accept);
    settle(sent("d"), DeliveryEvent::withdraw);
    EXPECT_EQ(entries().size(), before);
}

TEST_F(AuditTest, WhatFailsOrIsRepeatedLeavesNothing) {
    const Idempotency key{"create", "k", "h", [](const Campaign& c, bool) { return c.id.value; }, start + 24h};
    auto c = draft("cmp_1");
    c.client_ref = "ref";
    ASSERT_TRUE(run(campaigns().create(caller(), c, people(1), false, "hash", key)));
    ASSERT_TRUE(run(campaigns().create(caller(), c, people(1), false, "hash", key))->replay);
    ASSERT_TRUE(run(campaigns().create(caller(), c, people(1), false, "hash", {}))->existed);
    EXPECT_FALSE(run(campaigns().create(caller(), c, people(1), false, "other", {})));
    EXPECT_FALSE(change({"cmp_1"}, CampaignEvent::resume));
    EXPECT_FALSE(change({"cmp_none"}, CampaignEvent::launch));
    EXPECT_EQ(actions(), Actions{"email_campaign_created"});
}

TEST_F(AuditTest, AnEntryAndItsChangeAreOneTransaction) {
    const auto id = campaign(1);
    // The change works and its entry does not: neither is there. And the other way round.
    raw().exec("CREATE TRIGGER t BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'full'); END");
    EXPECT_EQ(change(id, CampaignEvent::pause).error().code, Errc::store_unavailable);
    EXPECT_EQ(get(id).state, CampaignState::running);
    raw().exec("DROP TRIGGER t");
    raw().exec("CREATE TRIGGER t BEFORE UPDATE ON campaign_counts BEGIN SELECT RAISE(ABORT, 'full'); END");
    EXPECT_EQ(change(id, CampaignEvent::pause).error().code, Errc::store_unavailable);
    expect_intact(2);
    raw().exec("DROP TRIGGER t");
    ASSERT_TRUE(change(id, CampaignEvent::pause));
    expect_intact(3);
}

TEST_F(AuditTest, AnUploadIsOneEntryWithAllItsBatches) {
    const auto id = campaign(0, false);
    const auto batch = people(3);
    ASSERT_TRUE(run(campaigns().append_recipients(caller(), id, "upload", batch)));
    ASSERT_TRUE(run(campaigns().append_recipients(caller(), id, "upload", batch)));
    EXPECT_EQ(entries().size(), 1u);
    ASSERT_TRUE(run(campaigns().end_upload(caller(), id, "upload", {7, 3, 3, 1, "complete"}, start + 1s)));
    const auto last = entries().back();
    EXPECT_EQ(last.record.action, "recipients_uploaded");
    EXPECT_EQ(last.actor, "crm");
    EXPECT_EQ(detail(last, "lines") + detail(last, "added") + detail(last, "duplicates") + detail(last, "errors"),
              "7331");
    EXPECT_EQ(detail(last, "outcome"), "complete");
    EXPECT_EQ(run(campaigns().end_upload(caller({"other"}), id, "upload", {}, start)).error().code, Errc::not_found);
    restart();
    expect_intact(2);
}

TEST_F(AuditTest, AnUploadThatTheProcessDidNotSurviveIsRecordedByTheNextStart) {
    const auto id = campaign(0, false);
    ASSERT_TRUE(run(campaigns().append_recipients(caller(), id, "upload", people(3))));
    ASSERT_TRUE(run(campaigns().append_recipients(caller(), id, "upload", people(5))));
    ASSERT_TRUE(run(campaigns().append_recipients({workspace, "import", "req_2"}, id, "upload_2", people(6))));
    restart(start + 1min);
    ASSERT_EQ(actions(), (Actions{"email_campaign_created", "recipients_uploaded", "recipients_uploaded"}));
    const auto found = entries();
    EXPECT_EQ(found[1].actor, "crm");
    EXPECT_EQ(found[1].request_id, "req_1");
    EXPECT_EQ(found[1].at, start + 1min);
    EXPECT_EQ(detail(found[1], "added"), "5");
    EXPECT_EQ(detail(found[1], "duplicates"), "3");
    EXPECT_EQ(detail(found[1], "outcome"), "process_ended");
    EXPECT_EQ(found[2].actor, "import");
    EXPECT_EQ(detail(found[2], "added"), "1");
    restart();
    expect_intact(3);
}

TEST_F(AuditTest, ACrashLoopPausesInTheNameOfTheMachine) {
    const auto id = campaign(9);
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(claim(1).size(), 1u);
        restart();
    }
    ASSERT_EQ(get(id).state, CampaignState::paused);
    const auto last = entries().back();
    EXPECT_EQ(last.record.action, "campaign_paused");
    EXPECT_EQ(last.actor, "herald");
    EXPECT_EQ(states(last), "running>paused");
    EXPECT_EQ(detail(last, "reason"), "crash_loop");
}

TEST_F(AuditTest, EachWorkspaceHasItsOwnChain) {
    campaign(1);
    campaign(1, true, {"other"});
    campaign(1);
    expect_intact(4);
    EXPECT_EQ(check({"other"}).good(), 2);
    EXPECT_EQ(entries({}, {"other"}).front().position, 1);
    EXPECT_EQ(broken_after("UPDATE audit_entries SET actor = 'x' WHERE workspace = 'other' AND position = 1"),
              BrokenEntry{});
    EXPECT_TRUE(check({"other"}).broken());
    EXPECT_EQ(check({"nobody"}).good(), 0);
    EXPECT_FALSE(check({"nobody"}).broken());
}

class Tampering : public AuditTest {
 public:
    Tampering() {
        for (int i = 0; i < 6; ++i) campaign(1, false);
        expect_intact(6);
    }
    std::string id(std::int64_t position) { return number_id("aud", position); }  // the only chain
};

TEST_F(Tampering, EveryChangedFieldIsFound) {
    for (const auto* change :
         {"actor = 'x'", "action = 'x'", "resource = 'x'", "request_id = ''", "at = at + 1", "details = '{}'",
          "details = replace(details, '\"ann\"', '\"eve\"')", "details = replace(details, ':1,', ':2,')",
          "details = replace(details, 'true', '1')", "details = replace(details, '{', '{ ')",
          "details = replace(details, '{', '{\"recipient_count\":9,')", "details = 'x'", "hash = 'x'"}) {
        const auto broken = broken_after(fmt::format("UPDATE audit_entries SET {} WHERE position = 3", change));
        EXPECT_EQ(broken, (BrokenEntry{3, id(3), ChainFault::altered})) << change;
        raw().exec("DELETE FROM audit_entries; DELETE FROM audit_heads");
        for (int i = 0; i < 6; ++i) campaign(1, false);
        expect_intact(6);
    }
    EXPECT_EQ(broken_after("UPDATE audit_entries SET number = 99 WHERE position = 3"),
              (BrokenEntry{3, number_id("aud", 99), ChainFault::altered}));
}

TEST_F(Tampering, ARemovedEntryIsMissing) {
    EXPECT_EQ(broken_after("DELETE FROM audit_entries WHERE position = 3"), (BrokenEntry{3, "", ChainFault::missing}));
    EXPECT_EQ(broken_after("UPDATE audit_entries SET position = position - 1 WHERE position > 3"),
              (BrokenEntry{3, id(4), ChainFault::altered}));
}

TEST_F(Tampering, ACutEndIsMissing) {
    EXPECT_EQ(broken_after("DELETE FROM audit_entries WHERE position > 4"), (BrokenEntry{5, "", ChainFault::missing}));
    campaign(1, false);  // the chain goes on behind the gap, and stays broken
    EXPECT_EQ(check().broken(), (BrokenEntry{5, "", ChainFault::missing}));
}

TEST_F(Tampering, AHeadThatWasMovedBackWithTheEndDoesNotFit) {
    EXPECT_EQ(broken_after("DELETE FROM audit_entries WHERE position > 4; UPDATE audit_heads SET entries = 4"),
              (BrokenEntry{4, id(4), ChainFault::altered}));
    EXPECT_EQ(broken_after("DELETE FROM audit_heads"), (BrokenEntry{1, id(1), ChainFault::added}));
}

TEST_F(Tampering, SwappedEntriesAreFound) {
    EXPECT_EQ(broken_after("UPDATE audit_entries SET position = -1 WHERE position = 2;"
                           "UPDATE audit_entries SET position = 2 WHERE position = 3;"
                           "UPDATE audit_entries SET position = 3 WHERE position = -1"),
              (BrokenEntry{2, id(3), ChainFault::altered}));
}

TEST_F(Tampering, AnAddedEntryIsFound) {
    const std::string copy =
        "INSERT INTO audit_entries SELECT 50, workspace, {}, at, actor, request_id, action, "
        "resource, details, hash FROM audit_entries WHERE position = 2";
    EXPECT_EQ(broken_after(fmt::format(fmt::runtime(copy), 7)),
              (BrokenEntry{7, number_id("aud", 50), ChainFault::added}));
    raw().exec("DELETE FROM audit_entries WHERE number = 50");
    EXPECT_EQ(broken_after(fmt::format(fmt::runtime(copy), 0)),
              (BrokenEntry{0, number_id("aud", 50), ChainFault::added}));
    raw().exec(
        "DELETE FROM audit_entries WHERE number = 50; UPDATE audit_entries SET position = position + 100 "
        "WHERE position > 3; UPDATE audit_entries SET position = position - 99 WHERE position > 100");
    EXPECT_EQ(broken_after(fmt::format(fmt::runtime(copy), 4)),
              (BrokenEntry{4, number_id("aud", 50), ChainFault::altered}));
}

class AuditPages : public AuditTest {
 public:
    // Entries of several kinds, some within one millisecond and one by a clock that was set back.
    AuditPages() {
        const auto id = campaign(1, false);
        done(change(id, CampaignEvent::launch, start + 1s));
        done(change(id, CampaignEvent::pause, start + 2s));
        done(change(id, CampaignEvent::resume, start - 1h));
        campaign(1);
    }
    void done(const Result<Written>& written) { EXPECT_TRUE(written); }
    std::vector<std::int64_t> positions(AuditQuery query) {
        std::vector<std::int64_t> out;
        for (const auto& entry : run(store->audit().list(workspace, std::move(query))).value())
            out.push_back(entry.position);
        return out;
    }
};

TEST_F(AuditPages, AreInTheOrderOfTimeBothWays) {
    using P = std::vector<std::int64_t>;
    EXPECT_EQ(positions({.ascending = true}), (P{4, 1, 5, 6, 2, 3}));
    EXPECT_EQ(positions({}), (P{3, 2, 6, 5, 1, 4}));
    EXPECT_EQ(positions({.action = "campaign_launched"}), (P{2, 6}));
    EXPECT_EQ(positions({.action = "campaign_launched", .to = start + 1s}), (P{6}));
    EXPECT_EQ(positions({.resource = "campaign:cmp_0001", .from = start}), (P{3, 2, 1}));
    EXPECT_EQ(positions({.actor = "crm", .resource = "campaign:cmp_0002"}), (P{6, 5}));
    EXPECT_EQ(positions({.actor = "herald"}), P{});
}

TEST_F(AuditPages, GoOnWhereTheyStopped) {
    for (const bool ascending : {false, true}) {
        const auto all = positions({.ascending = ascending});
        AuditQuery query{.limit = 1, .ascending = ascending};
        std::vector<std::int64_t> walked;
        for (;;) {
            const auto page = run(store->audit().list(workspace, query)).value();
            if (page.empty()) break;
            walked.push_back(page[0].position);
            query.after = AuditQuery::Place{page[0].at, page[0].number};
        }
        EXPECT_EQ(walked, all);
    }
}

TEST_F(AuditPages, NoFilterSortsOrReadsTheWholeTable) {
    auto database = raw();
    for (const auto& [index, filter] : {std::pair{"audit_time", ""},
                                        {"audit_actor", "AND actor = 'x'"},
                                        {"audit_action", "AND action = 'x'"},
                                        {"audit_resource", "AND resource = 'x'"}})
        for (const auto* order : {"ORDER BY at, number", "ORDER BY at DESC, number DESC"}) {
            SQLite::Statement plan(database, fmt::format("EXPLAIN QUERY PLAN SELECT details FROM audit_entries INDEXED "
                                                         "BY {} WHERE workspace = 'm' {} AND at >= 1 AND at < 9 AND "
                                                         "(at, number) > (3, 4) {} LIMIT 5",
                                                         index, filter, order));
            std::string text;
            while (plan.executeStep()) text += plan.getColumn(3).getString() + "\n";
            EXPECT_TRUE(text.starts_with("SEARCH")) << text;
            EXPECT_EQ(text.find("TEMP B-TREE"), std::string::npos) << text;
        }
}

TEST(Sha256, IsSha256) {
    EXPECT_EQ(sqlite::sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sqlite::sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace herald::test
