// Requests that may come twice.

#include <fmt/format.h>

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class IdempotencyTest : public StoreTest {
 public:
    static Idempotency key(const std::string& hash = "hash", const std::string& value = "key") {
        return {"POST /v1/campaigns", value, hash,
                [](const Campaign& c, bool /*existed*/) {
                    return fmt::format("{} v{} {}", c.id.value, c.version, name(c.state));
                },
                start + 24h};
    }
    Result<Written> create(Campaign c, Idempotency idempotency, const std::string& body_hash = "body") {
        const auto by = caller(c.workspace);
        return run(campaigns().create(by, std::move(c), people(1), true, body_hash, std::move(idempotency)));
    }
};

TEST_F(IdempotencyTest, TheSameRequestIsAnsweredAgainAndNotExecuted) {
    const auto first = create(draft("cmp_a"), key());
    ASSERT_TRUE(first);
    EXPECT_EQ(first->replay, std::nullopt);
    const auto second = create(draft("cmp_b"), key());
    EXPECT_EQ(second->replay, "cmp_a v1 running");
    EXPECT_EQ(second->campaign.id.value, "cmp_a");
    EXPECT_EQ(raw_integer("SELECT count(*) FROM campaigns"), 1);
    EXPECT_EQ(run(campaigns().replay(workspace, key().scope, "key", "hash", start)).value(), "cmp_a v1 running");
    EXPECT_EQ(run(campaigns().replay(workspace, key().scope, "new", "hash", start)).value(), std::nullopt);
}

TEST_F(IdempotencyTest, AnotherRequestUnderTheKeyIsRefused) {
    ASSERT_TRUE(create(draft("cmp_a"), key()));
    EXPECT_EQ(create(draft("cmp_b"), key("other")).error().code, Errc::key_reused);
    EXPECT_EQ(run(campaigns().replay(workspace, key().scope, "key", "other", start)).error().code, Errc::key_reused);
}

TEST_F(IdempotencyTest, KeysOfOtherWorkspacesAndScopesAreOtherKeys) {
    ASSERT_TRUE(create(draft("cmp_a"), key()));
    EXPECT_EQ(create(draft("cmp_b", {"other"}), key("other"))->replay, std::nullopt);
    auto elsewhere = key("other");
    elsewhere.scope = "POST /v1/campaigns/cmp_a/pause";
    EXPECT_EQ(change({"cmp_a"}, CampaignEvent::pause, start, elsewhere)->replay, std::nullopt);
}

TEST_F(IdempotencyTest, AnExpiredAnswerIsForgotten) {
    ASSERT_TRUE(create(draft("cmp_a"), key()));
    EXPECT_EQ(run(campaigns().replay(workspace, key().scope, "key", "hash", start + 24h)).value(), std::nullopt);
    auto later = draft("cmp_b");
    later.created_at = start + 24h;
    auto again = key("other");
    again.expires_at = start + 48h;
    ASSERT_TRUE(create(later, again));
    EXPECT_EQ(raw_integer("SELECT count(*) FROM idempotency"), 1);
}

TEST_F(IdempotencyTest, ARepeatedChangeHasOneEffect) {
    ASSERT_TRUE(create(draft("cmp_a"), {}));
    const auto paused = change({"cmp_a"}, CampaignEvent::pause, start, key());
    ASSERT_TRUE(paused);
    ASSERT_TRUE(change({"cmp_a"}, CampaignEvent::resume));
    EXPECT_EQ(change({"cmp_a"}, CampaignEvent::pause, start, key())->replay, "cmp_a v2 paused");
    EXPECT_EQ(get({"cmp_a"}).state, CampaignState::running);
}

TEST_F(IdempotencyTest, ARefusalIsNotStored) {
    ASSERT_TRUE(create(draft("cmp_a"), {}));
    EXPECT_EQ(change({"cmp_a"}, CampaignEvent::resume, start, key()).error().code, Errc::conflict);
    ASSERT_TRUE(change({"cmp_a"}, CampaignEvent::pause));
    EXPECT_TRUE(change({"cmp_a"}, CampaignEvent::resume, start, key()));
}

TEST_F(IdempotencyTest, EffectAndAnswerAreOneTransaction) {
    raw().exec("CREATE TRIGGER broken BEFORE INSERT ON idempotency BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END");
    const auto failed = create(draft("cmp_a"), key());
    EXPECT_EQ(failed.error(), (Error{Errc::store_unavailable, "the store is unavailable"}));
    EXPECT_EQ(raw_integer("SELECT count(*) FROM campaigns"), 0);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM deliveries"), 0);
    EXPECT_EQ(problems, std::vector<std::string>{"disk I/O error"});
}

TEST_F(IdempotencyTest, AClientRefNamesOneRequest) {
    auto c = draft("cmp_a");
    c.client_ref = "crm-1";
    ASSERT_TRUE(create(c, {}));
    c.id = {"cmp_b"};
    const auto again = create(c, key());
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->existed);
    EXPECT_EQ(again->campaign.id.value, "cmp_a");
    EXPECT_EQ(create(c, key())->replay, "cmp_a v1 running");

    const auto other = create(c, {}, "another body");
    EXPECT_EQ(other.error().code, Errc::conflict);
    EXPECT_NE(other.error().detail.find("cmp_a"), std::string::npos);

    c.workspace = {"other"};
    EXPECT_FALSE(create(c, {}, "another body")->existed);
}

}  // namespace
}  // namespace herald::test
