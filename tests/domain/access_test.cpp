// Keys, what they may do, and how often.

#include <set>

#include <gtest/gtest.h>

#include "domain/access/admission.hpp"
#include "domain/access/stored_key.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;

TEST(KeyScopesTest, EveryScopeHasAName) {
    std::set<std::string_view> names;
    for (const auto scope : all_scopes) {
        EXPECT_EQ(scope_named(name(scope)), scope);
        names.insert(name(scope));
    }
    EXPECT_EQ(names, (std::set<std::string_view>{"campaigns:read", "campaigns:write", "messages:send", "contacts:read",
                                                 "contacts:write", "automations:read", "automations:write",
                                                 "audit:read", "admin"}));
    for (const auto* none : {"", "campaigns", "campaigns:*", "Admin", "admin "}) EXPECT_FALSE(scope_named(none));
}

TEST(KeyScopesTest, AllowsWhatWasGivenAndNothingElseButAdminAllowsAll) {
    for (const auto given : all_scopes)
        for (const auto needed : all_scopes)
            EXPECT_EQ(KeyScopes{given}.allow(needed), given == needed || given == KeyScope::admin)
                << name(given) << " for " << name(needed);
    EXPECT_FALSE(KeyScopes().allow(KeyScope::campaigns_read));
    EXPECT_EQ((KeyScopes{KeyScope::audit_read, KeyScope::campaigns_read}).text(), "campaigns:read audit:read");
}

TEST(ApiKeyTest, AHashIs64HexadecimalDigits) {
    const std::string hex = "00ff" + std::string(60, 'a');
    ASSERT_TRUE(key_hash(hex));
    EXPECT_EQ(to_hex(*key_hash(hex)), hex);
    EXPECT_EQ(key_hash("00FF" + std::string(60, 'A')), key_hash(hex));
    for (const auto& wrong : {std::string(), hex.substr(1), hex + "0", std::string(64, 'g')})
        EXPECT_FALSE(key_hash(wrong)) << wrong;
}

TEST(ApiKeyTest, ANameIsShortAndNobodyElsesInTheAudit) {
    for (const auto* good : {"crm", "crm-2.eu_x", "0"}) EXPECT_TRUE(is_key_name(good)) << good;
    for (const std::string& bad :
         {std::string(), std::string(65, 'a'), std::string("CRM"), std::string("a b"), std::string("a\nb"),
          std::string("herald"), std::string("anonymous"), std::string("operator")})
        EXPECT_FALSE(is_key_name(bad)) << bad;
}

TEST(ApiKeyTest, TheWorkspaceOfACallIsTheKeysOwn) {
    const std::vector<WorkspaceId> configured{{"acme"}, {"acme-eu"}};
    const ApiKey one{.name = "crm", .workspaces = {{"acme"}}};
    EXPECT_EQ(workspace_of(one, {}, configured), WorkspaceId{"acme"});
    EXPECT_EQ(workspace_of(one, "acme", configured), WorkspaceId{"acme"});
    EXPECT_EQ(workspace_of(one, "acme-eu", configured).error(), WorkspaceFault::forbidden);
    EXPECT_EQ(workspace_of(one, "", configured).error(), WorkspaceFault::forbidden);
    const ApiKey several{.name = "bi", .workspaces = {{"acme"}, {"gone"}}};
    EXPECT_EQ(workspace_of(several, {}, configured).error(), WorkspaceFault::unnamed);
    EXPECT_EQ(workspace_of(several, "acme", configured), WorkspaceId{"acme"});
    EXPECT_EQ(workspace_of(several, "gone", configured).error(), WorkspaceFault::unknown);
    EXPECT_EQ(workspace_of(several, "acme-eu", configured).error(), WorkspaceFault::forbidden);
}

TEST(StoredKeyTest, TheAuditNamesTheKeyAndNeverItsHash) {
    StoredKey stored{{"key_1"}, {.name = "crm", .scopes = {KeyScope::admin}, .requests_per_minute = 60}};
    stored.key.delivery_policy = SendPolicy::at_most_once;
    stored.key.hash.fill(0xab);
    const auto created = key_created(stored);
    EXPECT_EQ(created.resource, "key:key_1");
    EXPECT_EQ(created.details, (AuditDetails{{"name", std::string("crm")},
                                             {"scopes", std::string("admin")},
                                             {"requests_per_minute", std::int64_t{60}},
                                             {"delivery_policy", std::string("at_most_once")}}));
    EXPECT_EQ(key_revoked(stored).action, "key_revoked");
}

class AdmissionTest : public testing::Test {
 protected:
    SteadyTime now{1'000h};
    RequestAdmission admission;

    static KeyHash key(unsigned char first) {
        KeyHash out{};
        out[0] = first;
        return out;
    }
    Admitted admit(std::int64_t per_minute, unsigned char of = 1) { return admission.admit(key(of), per_minute, now); }
    int let_in(int asked, std::int64_t per_minute) {
        int out = 0;
        for (int i = 0; i < asked; ++i) out += admit(per_minute).let_in ? 1 : 0;
        return out;
    }
};

TEST_F(AdmissionTest, AFullBucketHoldsTwoSeconds) {
    EXPECT_EQ(quota_of(3'000), (Quota{100, 2s}));
    EXPECT_EQ(quota_of(60), (Quota{2, 2s}));
    EXPECT_EQ(quota_of(1), (Quota{1, 60s}));
    EXPECT_EQ(quota_of(100), (Quota{3, 2s}));
    EXPECT_EQ(let_in(500, 3'000), 100);
}

TEST_F(AdmissionTest, WhatIsRefusedSaysWhenItIsLetInAndThenItIs) {
    EXPECT_EQ(let_in(100, 3'000), 100);
    const auto refused = admit(3'000);
    EXPECT_FALSE(refused.let_in);
    EXPECT_EQ(refused.remaining, 0);
    EXPECT_EQ(refused.next_in, 20ms);
    EXPECT_EQ(refused.full_in, 2s);
    now += 19ms;
    EXPECT_FALSE(admit(3'000).let_in);
    now += 1ms;
    EXPECT_TRUE(admit(3'000).let_in);
    EXPECT_FALSE(admit(3'000).let_in);
}

TEST_F(AdmissionTest, OverAnyMinuteNoMoreThanTheQuotaAndOneBucket) {
    int total = 0;
    for (int second = 0; second < 60; ++second, now += 1s) total += let_in(200, 3'000);
    EXPECT_LE(total, 3'100);
    EXPECT_GE(total, 3'000);
}

TEST_F(AdmissionTest, SaysWhatIsLeftAndWhenAllOfItIsBack) {
    const auto first = admit(60);
    EXPECT_EQ(first.remaining, 1);
    EXPECT_EQ(first.full_in, 1s);
    EXPECT_EQ(first.next_in, 0ms);
    const auto second = admit(60);
    EXPECT_TRUE(second.let_in);
    EXPECT_EQ(second.remaining, 0);
    EXPECT_EQ(second.next_in, 1s);
    now += 2s;
    EXPECT_EQ(admit(60).remaining, 1);
}

TEST_F(AdmissionTest, KeysDoNotShareABucketAndAChangedQuotaHoldsAtOnce) {
    EXPECT_EQ(let_in(10, 60), 2);
    EXPECT_TRUE(admit(60, 2).let_in);
    now += 1h;
    EXPECT_EQ(let_in(10, 600), 10);
    EXPECT_EQ(let_in(10, 600), 10);
    EXPECT_FALSE(admit(600).let_in);
    EXPECT_LE(admit(6).full_in, 10s);
}

TEST_F(AdmissionTest, FullBucketsAreForgotten) {
    for (int i = 0; i < 5'000; ++i, now += 1s) {
        KeyHash hash{};
        hash[0] = static_cast<unsigned char>(i);
        hash[1] = static_cast<unsigned char>(i >> 8);
        EXPECT_TRUE(admission.admit(hash, 60, now).let_in);
    }
    EXPECT_LE(admission.remembered(), 1'024U);
}

}  // namespace
}  // namespace herald
