#include "api/campaign_cache.hpp"

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace test;
using namespace std::chrono_literals;

class CampaignCacheTest : public ApiTest {};

TEST_F(CampaignCacheTest, WhatIsAskedAgainIsNotReadAgain) {
    given_campaign();
    const auto asked = path();
    const auto first = get(asked);
    const auto reads = store.reads;
    const auto again = get(asked);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "ETag"), header(first, "ETag"));
    EXPECT_EQ(store.reads, reads);
    EXPECT_EQ(send("GET", asked, {}, {{"If-None-Match", header(first, "ETag")}}).status, 304);
    EXPECT_EQ(store.reads, reads);
}

TEST_F(CampaignCacheTest, AChangeIsSeenAtOnce) {
    given_campaign();
    get(path());
    store.only().name = "Another name";  // and says so, as a store does
    EXPECT_EQ(parsed(get(path())).at("name").as_string(), "Another name");
}

TEST_F(CampaignCacheTest, AChangeWhileItIsReadIsNotLost) {
    api::CampaignCache cache;
    const CampaignId id{"cmp_1"};
    const auto reading = cache.reading();
    cache.changed({"cmp_2"});
    cache.keep(reading, {"acme"}, id, {}, {"e", "b"}, clock.now());
    EXPECT_EQ(cache.find({"acme"}, id, {}, clock.now()), nullptr);
}

TEST_F(CampaignCacheTest, HoldsForItsWorkspaceItsWaitingAndASecond) {
    api::CampaignCache cache;
    const CampaignId id{"cmp_1"};
    cache.keep(cache.reading(), {"acme"}, id, {}, {"e", "b"}, clock.now());
    EXPECT_NE(cache.find({"acme"}, id, {}, clock.now()), nullptr);
    EXPECT_EQ(cache.find({"other"}, id, {}, clock.now()), nullptr);
    EXPECT_EQ(cache.find({"acme"}, id, {WaitReason::rate_limit, {}}, clock.now()), nullptr);
    EXPECT_EQ(cache.find({"acme"}, id, {}, clock.now() + 1s), nullptr);
}

TEST_F(CampaignCacheTest, IsBounded) {
    api::CampaignCache cache;
    cache.keep(cache.reading(), {"acme"}, {"cmp_large"}, {}, {"e", std::string(70'000, 'x')}, clock.now());
    EXPECT_EQ(cache.find({"acme"}, {"cmp_large"}, {}, clock.now()), nullptr);
    for (int i = 0; i < 1'000; ++i)
        cache.keep(cache.reading(), {"acme"}, {"cmp_" + std::to_string(i)}, {}, {"e", "b"}, clock.now());
    int held = 0;
    for (int i = 0; i < 1'000; ++i)
        held += cache.find({"acme"}, {"cmp_" + std::to_string(i)}, {}, clock.now()) != nullptr ? 1 : 0;
    EXPECT_LE(held, 128);
}

}  // namespace
}  // namespace herald
