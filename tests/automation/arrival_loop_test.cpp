// Who is looked up when, on simulated time: events in memory, a scripted Intercom.

#include "domain/automation/arrival_loop.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "definitions.hpp"
#include "fake_runs.hpp"
#include "tests/support/manual_clock.hpp"

namespace herald::testing {
namespace {

class Directory final : public ContactDirectory {
 public:
    Task<Result<std::vector<Lookup>>> find(std::vector<ContactRef> refs, Deadline) override {
        asked.push_back(refs);
        if (down) co_return Error{Errc::not_executed, "no connection"};
        std::vector<Lookup> out;
        for (const auto& ref : refs) {
            if (refused.contains(ref.value)) co_return Error{Errc::content_rejected, "400"};
            if (unknown.contains(ref.value)) {
                out.push_back({{}, SkipReason::not_found});
                continue;
            }
            Contact contact;
            contact.id.value = "id-" + ref.value;
            out.push_back({contact, {}});
        }
        co_return out;
    }

    std::vector<std::vector<ContactRef>> asked;
    std::set<std::string> unknown;
    std::set<std::string> refused;
    bool down{};
};

class NoMemory final : public ContactMemory {
 public:
    Task<Result<std::vector<std::optional<Contact>>>> recall(WorkspaceId, std::vector<ContactRef> refs,
                                                             WallTime) override {
        std::vector<std::optional<Contact>> out(refs.size());
        for (std::size_t i = 0; i < refs.size(); ++i)
            if (known.contains(refs[i].value)) {
                out[i].emplace();
                out[i]->id.value = "id-" + refs[i].value;
            }
        co_return out;
    }
    Task<Result<void>> remember(WorkspaceId, std::vector<Remembered>, WallTime) override { co_return Result<void>{}; }
    Task<Result<void>> forget(WorkspaceId, ContactId) override { co_return Result<void>{}; }

    std::set<std::string> known;
};

class Gate final : public SendGate {
 public:
    Task<Result<Ticket>> enter(Lane, Deadline) override { co_return Error{Errc::shutting_down, {}}; }
    Task<Result<SteadyTime>> slot(Lane, Deadline) override { co_return Error{Errc::shutting_down, {}}; }
    GateStatus status() const override { return now; }
    Task<void> check_credential() override { co_return; }

    GateStatus now;
};

class ArrivalLoopTest : public ::testing::Test {
 protected:
    ~ArrivalLoopTest() override {
        loop.stop();
        clock.advance(120s);
        EXPECT_TRUE(ended);
    }
    void start() {
        boost::asio::co_spawn(io, loop.run(), [this](const std::exception_ptr&) { ended = true; });
        clock.settle();
    }
    void comes(const std::string& who, const std::string& name) {
        auto made = event(name, clock.wall_now());
        made.contact = {ContactRef::Kind::external_id, who};
        store.pending.push_back({++number, std::move(made)});
        loop.wake();
        clock.settle();
    }

    boost::asio::io_context io;
    test::ManualClock clock{io};
    FakeRuns store;
    RegistryKeeper registry{store, {}, {"w"}, [](std::string_view, const Error&) {}};
    Directory directory;
    NoMemory memory;
    Gate gate;
    ArrivalLoop loop{
        io.get_executor(),
        {store, registry, directory, memory, gate, clock},
        {"w"},
        {},
        {[](const RunStore::Arrived&) {}, [](const IncomingEvent&) {}, [](std::string_view, const Error&) {}},
        [](const std::exception_ptr& bug) { std::rethrow_exception(bug); }};
    std::int64_t number{};
    bool ended{};
};

using Names = std::vector<std::string>;

TEST_F(ArrivalLoopTest, EventsArriveWhenTheirContactIsFound) {
    start();
    comes("ann", "one");
    EXPECT_EQ(store.arrived, (Names{"id-ann one"}));
}

TEST_F(ArrivalLoopTest, ThoseOfSomebodyWhoRestsWaitWithTheFirst) {
    directory.down = true;
    start();
    comes("ann", "one");
    directory.down = false;
    clock.advance(2s);
    comes("ann", "two");  // while she rests
    EXPECT_TRUE(store.arrived.empty());
    clock.advance(10s);
    EXPECT_EQ(store.arrived, (Names{"id-ann one", "id-ann two"}));
}

TEST_F(ArrivalLoopTest, WhoIsKnownWaitsForNobody) {
    directory.down = true;
    memory.known.insert("ben");
    start();
    comes("ann", "one");
    comes("ben", "two");
    EXPECT_EQ(store.arrived, (Names{"id-ben two"}));
}

TEST_F(ArrivalLoopTest, NobodyIsLookedUpWhileTheWayOutIsClosed) {
    gate.now = {WaitReason::circuit_open, clock.now() + 60s, false};
    start();
    comes("ann", "one");
    clock.advance(30s);
    EXPECT_TRUE(directory.asked.empty());
    gate.now = {};
    clock.advance(2s);
    EXPECT_EQ(store.arrived, (Names{"id-ann one"}));
}

TEST_F(ArrivalLoopTest, OneWhomIntercomRefusesIsAboutNobodyAndHoldsUpNobodyElse) {
    directory.refused.insert("bad");
    for (const auto* who : {"ann", "bad", "ben"}) {
        auto made = event("one", clock.wall_now());
        made.contact = {ContactRef::Kind::external_id, who};
        store.pending.push_back({++number, std::move(made)});
    }
    start();
    clock.advance(2s);
    std::ranges::sort(store.arrived);
    EXPECT_EQ(store.arrived, (Names{" one", "id-ann one", "id-ben one"}));
    clock.advance(60s);
    EXPECT_EQ(directory.asked.size(), 4U);  // together, and then each alone
}

TEST_F(ArrivalLoopTest, SomebodyWhoIsNotThereYetIsLookedForTwoMinutesWhateverTheEventSays) {
    directory.unknown.insert("ann");
    auto backdated = event("one", clock.wall_now() - std::chrono::days(3));
    backdated.contact = {ContactRef::Kind::external_id, "ann"};
    store.pending.push_back({++number, std::move(backdated)});
    start();
    clock.advance(60s);
    EXPECT_TRUE(store.arrived.empty());
    directory.unknown.clear();
    clock.advance(10s);
    EXPECT_EQ(store.arrived, (Names{"id-ann one"}));

    directory.unknown.insert("cid");
    comes("cid", "two");
    clock.advance(119s);
    EXPECT_EQ(store.arrived.size(), 1U);
    clock.advance(10s);
    EXPECT_EQ(store.arrived.back(), " two");
}

TEST_F(ArrivalLoopTest, AStoreThatFailsIsAskedOnceASecond) {
    store.down = true;
    start();
    const auto before = store.asked;
    clock.advance(10s);
    EXPECT_LE(store.asked - before, 11);
}

}  // namespace
}  // namespace herald::testing
