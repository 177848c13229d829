// How a dry run goes through an audience, and where it stops.

#include "domain/campaign/dry_run.hpp"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;

// A million people named by their position, without a row for each. Every fourth is known to the memory.
class People final : public AudienceReader,
                     public ContactMemory,
                     public ContactDirectory,
                     public AudienceDirectory,
                     public Worker {
 public:
    explicit People(Clock& clock) : clock_(clock) {}

    std::int64_t audience{};
    milliseconds read_takes{};
    milliseconds find_takes{};
    std::int64_t in_source{};
    std::vector<std::int64_t> slices;
    std::vector<std::int64_t> asked;

    Task<Result<std::vector<AudienceMember>>> slice(WorkspaceId, CampaignId, std::int64_t first,
                                                    std::size_t limit) override {
        slices.push_back(first);
        if (read_takes > 0ms) co_await clock_.sleep_for(read_takes);
        std::vector<AudienceMember> out;
        for (auto at = first; at < audience && out.size() < limit; ++at) out.push_back(member(at));
        co_return out;
    }
    Task<Result<std::vector<AudienceMember>>> at(WorkspaceId, CampaignId,
                                                 std::vector<std::int64_t> positions) override {
        std::vector<AudienceMember> out;
        for (const auto position : positions) out.push_back(member(position));
        co_return out;
    }
    Task<Result<std::vector<std::optional<Contact>>>> recall(WorkspaceId, std::vector<ContactRef> refs,
                                                             WallTime) override {
        std::vector<std::optional<Contact>> out;
        for (const auto& ref : refs)
            out.push_back(std::stoll(ref.value) % 4 == 0 ? std::optional(contact(ref)) : std::nullopt);
        co_return out;
    }
    Task<Result<void>> remember(WorkspaceId, std::vector<Remembered>, WallTime) override {
        ADD_FAILURE() << "a dry run writes nothing";
        co_return Result<void>{};
    }
    Task<Result<void>> forget(WorkspaceId, ContactId) override {
        ADD_FAILURE() << "a dry run writes nothing";
        co_return Result<void>{};
    }
    Task<Result<std::vector<Lookup>>> find(std::vector<ContactRef> refs, Deadline deadline) override {
        if (find_takes > 0ms) co_await clock_.sleep_for(find_takes);
        if (deadline.passed(clock_.now())) co_return Error{Errc::deadline_exceeded, "late"};
        std::vector<Lookup> out;
        for (const auto& ref : refs) {
            asked.push_back(std::stoll(ref.value));
            out.push_back({contact(ref), {}});
        }
        co_return out;
    }
    Task<Result<void>> check(AudienceQuery, Deadline) override { co_return Result<void>{}; }
    Task<Result<ContactPage>> members(AudienceQuery, std::optional<std::string> after, std::size_t limit,
                                      Deadline) override {
        EXPECT_FALSE(after) << "one page tells how many there are";
        ContactPage page;
        page.total = in_source;
        for (std::size_t i = 0; i < limit; ++i)
            page.contacts.push_back(contact({ContactRef::Kind::id, std::to_string(i)}));
        co_return page;
    }
    Task<void> run(std::function<void()> work) override {
        work();
        co_return;
    }

 private:
    static AudienceMember member(std::int64_t at) {
        return {at, {ContactRef::Kind::external_id, std::to_string(at)}, {}, false};
    }
    static Contact contact(const ContactRef& ref) {
        Contact out;
        out.id = {"c" + ref.value};
        out.email = "x@example.com";
        return out;
    }

    Clock& clock_;
};

class DryRunTest : public ::testing::Test {
 protected:
    std::vector<AudienceSource> sources;

    DryRun look(std::int64_t audience, milliseconds patience = 30s) {
        people.audience = audience;
        Campaign campaign;
        campaign.id = {"cmp_1"};
        campaign.body = {Body::Format::html, "<p>Hi</p>"};
        campaign.counts[DeliveryState::queued] = audience;
        campaign.sources = sources;
        auto started = test::start(loop, dry_run({people, people, people, people, people, clock}, campaign, {}, {},
                                                 Deadline::after(clock.now(), patience)));
        clock.advance(60s);
        EXPECT_TRUE(started.done());
        return std::move(started.get()).value();
    }

    boost::asio::io_context loop;
    test::ManualClock clock{loop};
    People people{clock};
};

TEST_F(DryRunTest, LooksAtEverybodyOfAnAudienceOfAHundredThousand) {
    const auto seen = look(100'000);
    EXPECT_TRUE(seen.exact);
    EXPECT_EQ(seen.known.looked_at, 100'000);
    EXPECT_EQ(seen.known.ready, 25'000);
    EXPECT_EQ(seen.known.to_look_up, 75'000);
}

TEST_F(DryRunTest, LooksAtEvenlySpreadPartsOfALargerOne) {
    const auto seen = look(1'000'000);
    EXPECT_FALSE(seen.exact);
    EXPECT_EQ(seen.known.looked_at, 100'000);
    EXPECT_EQ(seen.known.ready, 25'000);
    ASSERT_EQ(people.slices.size(), 200u);
    EXPECT_EQ(people.slices[1], 5'000);
    EXPECT_EQ(people.slices.back(), 995'000);
    EXPECT_EQ(calls_needed(seen.known, 1'000'000, {}).messages, (Range{250'000, 1'000'000}));
}

TEST_F(DryRunTest, AsksIntercomAboutAFewOfThem) {
    const auto seen = look(1'000'000);
    EXPECT_EQ(seen.sample.looked_at, 200);
    EXPECT_EQ(seen.sample.ready, 200);
    ASSERT_EQ(people.asked.size(), 200u);
    EXPECT_EQ(people.asked[1] - people.asked[0], 5'000);
    EXPECT_EQ(seen.messages.size(), 10u);
    EXPECT_FALSE(seen.stopped);
}

TEST_F(DryRunTest, StopsAskingWhenItsTimeIsUp) {
    people.find_takes = 4s;
    const auto seen = look(1'000);
    EXPECT_EQ(seen.sample.looked_at, 100);
    EXPECT_EQ(seen.stopped->code, Errc::deadline_exceeded);
    EXPECT_TRUE(seen.exact);
}

TEST_F(DryRunTest, SaysHowFarItCame) {
    people.read_takes = 100ms;
    const auto seen = look(100'000, 5s);
    EXPECT_FALSE(seen.exact);
    EXPECT_EQ(seen.known.looked_at, 50 * 500);
}

TEST_F(DryRunTest, ManySourcesAreCountedByOnePageEach) {
    people.in_source = 3'000;
    sources.resize(2);
    const auto seen = look(0);
    EXPECT_EQ(seen.sources.counted, 2);
    EXPECT_EQ(seen.sources.people, 6'000);
    EXPECT_EQ(seen.sources.largest, 3'000);
    EXPECT_EQ(seen.sources.pages, 40);
    EXPECT_EQ(seen.sources.sample.looked_at, 100);
    EXPECT_EQ(seen.messages.size(), 10U);
}

}  // namespace
}  // namespace herald
