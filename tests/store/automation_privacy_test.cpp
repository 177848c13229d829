// What automations hold about a person goes with the rest, and comes back by nobody.

#include <fstream>
#include <iterator>

#include "tests/store/automation_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class AutomationPrivacyTest : public AutomationTest {
 public:
    Result<Erased> erase(const std::string& person) {
        return run(store->people().erase(caller(), {{ContactRef::Kind::external_id, person}}, "gone", start + 1h));
    }
    bool held(const std::string& text) {
        for (const auto& file : std::filesystem::directory_iterator(directory)) {
            std::ifstream in(file.path(), std::ios::binary);
            const std::string all{std::istreambuf_iterator<char>(in), {}};
            if (all.contains(text)) return true;
        }
        return false;
    }
};

TEST_F(AutomationPrivacyTest, RunsTracesEventsAndMemoriesGo) {
    auto crossing = on_signup();
    crossing.trigger = {TriggerType::usage_pattern, CrossingTrigger{"seats", 40, Direction::below}};
    const auto id = automation();
    automation(crossing);
    const auto done = begin("e-1", "annelie");
    ASSERT_TRUE(write(ended(done)));
    const auto waits = begin("e-2", "annelie");
    const auto other = begin("e-3", "bert");
    ASSERT_TRUE(take(event("e-4", "signup", "annelie")));
    EXPECT_TRUE(held("annelie"));
    const auto erased = erase("annelie").value();
    EXPECT_EQ(erased.runs, 2);
    EXPECT_EQ(erased.cancelled, 1);
    EXPECT_EQ(erased.automation_events, 3);
    EXPECT_FALSE(held("annelie"));
    EXPECT_TRUE(held("bert"));
    EXPECT_EQ(get_run(waits.number).state, RunState::cancelled);
    EXPECT_EQ(get_run(waits.number).ref.kind, ContactRef::Kind::erased);
    EXPECT_TRUE(get_run(done.number).event_metadata.empty());
    EXPECT_EQ(get_run(done.number).state, RunState::completed);
    EXPECT_TRUE(trace(done.number).at(1).because.empty());
    EXPECT_TRUE(trace(done.number).at(1).resource_id.empty());
    EXPECT_EQ(get_run(other.number), other);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_histories"), 1);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM contact_values"), 1);
    EXPECT_EQ(arrive().begun, 0);
    EXPECT_FALSE(write(ended(waits)));
    EXPECT_FALSE(take(event("e-4", "signup", "annelie")));
    EXPECT_EQ(automation_of(id).runs[RunState::cancelled], 1);
    expect_run_counts_are_rows();
}

TEST_F(AutomationPrivacyTest, ARunLeadsToTheOtherNames) {
    automation();
    begin("e-1", "annelie");
    ASSERT_TRUE(run(runs().sweep(100, start + 24h * 30)));
    raw().exec("DELETE FROM automation_events");
    const auto claimed = [&] {
        auto c = draft("cmp_1");
        Recipient recipient;
        recipient.ref = {ContactRef::Kind::id, "id-annelie"};
        return run(campaigns().create(caller(), std::move(c), {recipient}, true, "hash", {}));
    }();
    ASSERT_TRUE(claimed);
    EXPECT_EQ(erase("annelie").value().deliveries, 1);
    EXPECT_FALSE(held("annelie"));
}

TEST_F(AutomationPrivacyTest, AStepOnTheWireIsWaitedFor) {
    automation();
    auto sending = begin("e-1", "annelie");
    sending.intended = true;
    ASSERT_TRUE(write({sending, {}, {}, true}));
    const auto refused = erase("annelie");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_TRUE(refused.error().retry_after);
    EXPECT_EQ(get_run(sending.number).ref.value, "annelie");
    sending = get_run(sending.number);
    sending.intended = false;
    ASSERT_TRUE(write({sending, {}, {}, false}));
    EXPECT_EQ(erase("annelie").value().runs, 1);
}

TEST_F(AutomationPrivacyTest, AQueuedReportIsNotMade) {
    auto tracked = event("e-1", "signup", "annelie");
    tracked.track = true;
    ASSERT_TRUE(run(runs().take(workspace, {tracked}, {false}, start)));
    EXPECT_EQ(erase("annelie").value().automation_events, 1);
    EXPECT_TRUE(run(runs().reports(workspace, 10, start + 2h)).value().empty());
    EXPECT_FALSE(held("annelie"));
}

}  // namespace
}  // namespace herald::test
