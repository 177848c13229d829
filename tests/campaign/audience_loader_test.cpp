#include "domain/campaign/audience_loader.hpp"

#include <deque>
#include <map>

#include <gtest/gtest.h>

#include "adapters/resilience/gate.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_exchange.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;

// A segment of `people`, shown in pages whose cursors are positions, and what may go wrong on the way.
class PagedIntercom final : public AudienceDirectory {
 public:
    Task<Result<void>> check(AudienceQuery, Deadline) override {
        ++checks;
        if (unknown) co_return Error{Errc::content_rejected, "no such segment"};
        co_return Result<void>{};
    }
    Task<Result<ContactPage>> members(AudienceQuery, std::optional<std::string> after, std::size_t limit,
                                      Deadline) override {
        asked.push_back({after.value_or(""), limit});
        if (!script.empty()) {
            const auto answer = std::move(script.front());
            script.pop_front();
            if (answer) co_return *answer;
        }
        if (limit > readable) co_return Error{Errc::outcome_unknown, "too large"};
        ContactPage page;
        std::size_t at = after && !stuck ? std::stoul(*after) : 0;
        for (; at < people && page.contacts.size() < limit; ++at) {
            Contact contact;
            contact.id.value = "p" + std::to_string(at);
            page.contacts.push_back(std::move(contact));
        }
        if (at < people) page.next = std::to_string(at);
        if (stuck) page.next = "x";
        co_return page;
    }

    std::size_t people{400};
    std::size_t readable{150};
    bool unknown{};
    bool stuck{};
    int checks{};
    std::vector<std::pair<std::string, std::size_t>> asked;
    std::deque<std::optional<Error>> script;  // nullopt: the page
};

// The sources in memory, with the promises of the port.
class Sources final : public AudienceStore {
 public:
    struct Row {
        OpenSource source;
        bool open{true};
        std::string refused{};
        std::vector<std::string> found{};
    };
    std::map<std::int64_t, Row> rows;
    bool running{true};
    bool down{};

    Task<Result<std::optional<OpenSource>>> next_source(WorkspaceId, std::int64_t last) override {
        if (down) co_return Error{Errc::store_unavailable, "down"};
        std::optional<OpenSource> first;
        for (const auto& [number, row] : rows) {
            if (!running || !row.open) continue;
            if (number > last) co_return row.source;
            if (!first) first = row.source;
        }
        co_return first;
    }
    Task<Result<bool>> append_page(WorkspaceId, LoadedPage page, WallTime) override {
        if (down) co_return Error{Errc::store_unavailable, "down"};
        auto& row = rows.at(page.source);
        if (!running || !row.open || row.source.cursor != page.behind) co_return false;
        for (const auto& contact : page.contacts) row.found.push_back(contact.id.value);
        row.source.cursor = page.next;
        row.open = page.next.has_value();
        ++row.source.pages;
        co_return true;
    }
    Task<Result<bool>> restart_source(WorkspaceId, std::int64_t number) override {
        auto& row = rows.at(number);
        row.source.cursor.reset();
        row.source.restarted = true;
        row.source.pages = 0;
        co_return true;
    }
    Task<Result<bool>> refuse_source(WorkspaceId, std::int64_t number, std::string reason, WallTime) override {
        auto& row = rows.at(number);
        row.open = false;
        row.refused = std::move(reason);
        running = false;
        co_return true;
    }
};

class AudienceLoaderTest : public ::testing::Test {
 protected:
    ~AudienceLoaderTest() override {
        loader->stop();
        clock.advance(120s);
        EXPECT_TRUE(ended);
        loader.reset();
    }
    void source(std::int64_t number) {
        sources.rows[number].source = {.number = number,
                                       .campaign = {"cmp_" + std::to_string(number)},
                                       .query = SegmentId{"s"},
                                       .cursor = {},
                                       .restarted = false,
                                       .pages = 0};
    }
    void start() {
        gate = std::make_unique<resilience::Gate>(clock, random, upstream, http::Call{.method = "GET", .target = "/me"},
                                                  breaker, resilience::GateOptions{});
        loader = std::make_unique<AudienceLoader>(
            loop->get_executor(), LoaderPorts{sources, intercom, *gate, clock}, WorkspaceId{"w"}, options,
            LoaderEvents{
                [this] { ++added; }, [this](const CampaignId& id, std::string_view) { refused.push_back(id); }, {}},
            [](const std::exception_ptr& bug) { std::rethrow_exception(bug); });
        boost::asio::co_spawn(*loop, loader->run(), [this](const std::exception_ptr&) { ended = true; });
        clock.settle();
    }

    std::unique_ptr<boost::asio::io_context> loop = std::make_unique<boost::asio::io_context>();
    test::ManualClock clock{*loop};
    test::SeededRandom random;
    test::ScriptedExchange upstream;
    LoaderOptions options;
    PagedIntercom intercom;
    Sources sources;
    resilience::CircuitBreaker breaker{resilience::BreakerOptions{}};
    std::unique_ptr<resilience::Gate> gate;
    std::unique_ptr<AudienceLoader> loader;
    std::vector<CampaignId> refused;
    int added{};
    bool ended{};
};

TEST_F(AudienceLoaderTest, FollowsThePagesToTheirEnd) {
    source(1);
    start();
    clock.advance(1s);
    const auto& row = sources.rows.at(1);
    EXPECT_FALSE(row.open);
    EXPECT_EQ(row.found.size(), 400U);
    EXPECT_EQ(intercom.asked,
              (std::vector<std::pair<std::string, std::size_t>>{{"", 150}, {"150", 150}, {"300", 150}}));
    EXPECT_EQ(intercom.checks, 1);
    EXPECT_EQ(added, 3);
}

TEST_F(AudienceLoaderTest, SourcesTakeTurnsPageByPage) {
    source(1);
    source(2);
    start();
    clock.advance(1s);
    std::vector<std::string> cursors;
    for (const auto& [cursor, limit] : intercom.asked) cursors.push_back(cursor);
    EXPECT_EQ(cursors, (std::vector<std::string>{"", "", "150", "150", "300", "300"}));
}

TEST_F(AudienceLoaderTest, ASegmentThatIsGoneIsRefusedAndNotTakenForEmpty) {
    source(1);
    intercom.unknown = true;
    intercom.people = 0;
    start();
    clock.advance(1s);
    EXPECT_EQ(sources.rows.at(1).refused, "no such segment");
    EXPECT_EQ(refused, std::vector{CampaignId{"cmp_1"}});
    EXPECT_TRUE(intercom.asked.empty());
}

TEST_F(AudienceLoaderTest, ACursorThatIsRefusedIsGivenUpOnce) {
    source(1);
    intercom.script = {std::nullopt, Error{Errc::content_rejected, "expired"}};
    start();
    clock.advance(1s);
    EXPECT_FALSE(sources.rows.at(1).open);
    EXPECT_TRUE(sources.rows.at(1).refused.empty());
    EXPECT_EQ(sources.rows.at(1).found.size(), 550U) << "the first page twice; the store keeps each person once";
}

TEST_F(AudienceLoaderTest, ASecondRefusalPausesTheCampaign) {
    source(1);
    intercom.script = {std::nullopt, Error{Errc::content_rejected, "expired"}, std::nullopt,
                       Error{Errc::content_rejected, "expired again"}};
    start();
    clock.advance(1s);
    EXPECT_EQ(sources.rows.at(1).refused, "expired again");
    EXPECT_EQ(refused.size(), 1U);
}

TEST_F(AudienceLoaderTest, ARefusalOfTheFirstPageIsFinal) {
    source(1);
    intercom.script = {Error{Errc::content_rejected, "no such attribute"}};
    start();
    clock.advance(1s);
    EXPECT_EQ(sources.rows.at(1).refused, "no such attribute");
    EXPECT_EQ(intercom.asked.size(), 1U);
}

TEST_F(AudienceLoaderTest, TroubleOnTheWayWaitsLongerEachTimeAndGoesOn) {
    source(1);
    for (int i = 0; i < 3; ++i) intercom.script.emplace_back(Error{Errc::not_executed, "connect"});
    start();
    clock.advance(500ms);
    EXPECT_EQ(intercom.asked.size(), 1U);
    clock.advance(6s);  // 1 and 2 s, and the third rest of 4 s
    EXPECT_EQ(intercom.asked.size(), 3U);
    clock.advance(4s);
    EXPECT_EQ(sources.rows.at(1).found.size(), 400U);
}

TEST_F(AudienceLoaderTest, APageThatCannotBeReadIsAskedForInSmallerOnes) {
    source(1);
    intercom.people = 100;
    intercom.readable = 20;
    start();
    clock.advance(30s);
    EXPECT_EQ(sources.rows.at(1).found.size(), 100U);
    EXPECT_EQ(intercom.asked.front().second, 150U);
    EXPECT_EQ(intercom.asked.back().second, 16U);
}

TEST_F(AudienceLoaderTest, APausedCampaignIsNotReadOn) {
    source(1);
    start();
    sources.running = false;
    clock.advance(5s);
    const auto asked = intercom.asked.size();
    EXPECT_LE(asked, 3U);
    sources.rows.at(1).open = true;
    clock.advance(5s);
    EXPECT_EQ(intercom.asked.size(), asked);
}

TEST_F(AudienceLoaderTest, PagesThatDoNotMoveOnAreGivenUp) {
    source(1);
    intercom.stuck = true;
    start();
    clock.advance(5s);
    EXPECT_EQ(sources.rows.at(1).refused, "Intercom's pages do not move on");
    EXPECT_EQ(intercom.asked.size(), 2U);
}

TEST_F(AudienceLoaderTest, AnEmptyPageIsTheEndWhateverItsCursorSays) {
    source(1);
    intercom.people = 0;
    intercom.stuck = true;
    start();
    clock.advance(5s);
    EXPECT_FALSE(sources.rows.at(1).open);
    EXPECT_TRUE(sources.rows.at(1).refused.empty());
    EXPECT_EQ(intercom.asked.size(), 1U);
}

TEST_F(AudienceLoaderTest, ThereIsAnEndToTheNumberOfPages) {
    source(1);
    options.most_pages = 2;
    start();
    clock.advance(5s);
    EXPECT_EQ(sources.rows.at(1).refused, "there are more than 2 pages");
}

TEST_F(AudienceLoaderTest, AStoreThatIsDownIsAskedAgainLater) {
    source(1);
    sources.down = true;
    start();
    clock.advance(5s);
    EXPECT_TRUE(intercom.asked.empty());
    sources.down = false;
    clock.advance(2s);
    EXPECT_EQ(sources.rows.at(1).found.size(), 400U);
}

TEST_F(AudienceLoaderTest, AHintSparesTheWaitForThePoll) {
    start();
    clock.advance(10'100ms);
    source(1);
    loader->wake();
    clock.settle();
    EXPECT_EQ(sources.rows.at(1).found.size(), 400U);
}

}  // namespace
}  // namespace herald
