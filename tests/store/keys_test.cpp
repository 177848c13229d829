// API keys on a real database, written by another process while the service runs.

#include "adapters/store/sqlite/keys.hpp"

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class KeysTest : public StoreTest {
 public:
    // As `herald keys` opens it beside the service.
    sqlite::Connection beside{directory / "herald.db", sqlite::Connection::Mode::write, milliseconds(1'000)};

    static StoredKey key(const std::string& id, unsigned char first) {
        StoredKey out{{id},
                      {.name = "crm",
                       .hash = {},
                       .scopes = {KeyScope::campaigns_read, KeyScope::audit_read},
                       .workspaces = {workspace, {"other"}},
                       .requests_per_minute = 60,
                       .delivery_policy = SendPolicy::at_most_once},
                      start,
                      {}};
        out.key.hash[0] = first;
        return out;
    }
    std::optional<StoredKeys> changed_since(std::int64_t revision) {
        return run(store->keys().changed_since(revision)).value();
    }
    std::vector<AuditEntry> entries(const WorkspaceId& in) {
        AuditQuery query;
        query.ascending = true;
        return run(store->audit().list(in, query)).value();
    }
};

TEST_F(KeysTest, WhatWasStoredComesBack) {
    EXPECT_FALSE(store->keys().load_now()->ever());
    const auto stored = key("key_1", 1);
    ASSERT_TRUE(sqlite::create_key(beside, stored));
    const auto seen = changed_since(0);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->live, std::vector{stored.key});
    EXPECT_TRUE(seen->ever());
    EXPECT_FALSE(changed_since(seen->revision));
    auto plain = key("key_2", 2);
    plain.key.requests_per_minute.reset();
    plain.key.delivery_policy.reset();
    plain.key.workspaces.pop_back();
    ASSERT_TRUE(sqlite::create_key(beside, plain));
    EXPECT_EQ(changed_since(seen->revision)->live, (std::vector{stored.key, plain.key}));
}

TEST_F(KeysTest, ARevokedKeyIsGoneButNotForgotten) {
    ASSERT_TRUE(sqlite::create_key(beside, key("key_1", 1)));
    const auto before = changed_since(0)->revision;
    ASSERT_TRUE(sqlite::revoke_key(beside, {"key_1"}, start + 1h));
    const auto after = changed_since(before);
    ASSERT_TRUE(after);
    EXPECT_TRUE(after->live.empty());
    EXPECT_TRUE(after->ever());
    const auto listed = sqlite::list_keys(beside);
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].revoked_at, start + 1h);
    EXPECT_EQ(sqlite::revoke_key(beside, {"key_1"}, start).error().code, Errc::stale);
    EXPECT_EQ(sqlite::revoke_key(beside, {"key_9"}, start).error().code, Errc::not_found);
    EXPECT_FALSE(changed_since(after->revision));
}

TEST_F(KeysTest, EveryWorkspaceOfTheKeyHasItInItsChain) {
    campaign(1);
    ASSERT_TRUE(sqlite::create_key(beside, key("key_1", 1)));
    campaign(1);
    ASSERT_TRUE(sqlite::revoke_key(beside, {"key_1"}, start));
    std::vector<std::string> actions;
    for (const auto& entry : entries(workspace)) actions.push_back(entry.record.action);
    EXPECT_EQ(actions, (std::vector<std::string>{"email_campaign_created", "campaign_launched", "key_created",
                                                 "email_campaign_created", "campaign_launched", "key_revoked"}));
    const auto other = entries({"other"});
    ASSERT_EQ(other.size(), 2U);
    EXPECT_EQ(other[0].actor, "operator");
    EXPECT_EQ(other[0].record.resource, "key:key_1");
    for (const auto& in : {workspace, WorkspaceId{"other"}}) {
        ChainCheck check(store->audit().digest());
        while (!check.ended()) EXPECT_TRUE(run(store->audit().check_some(in, check)));
        EXPECT_FALSE(check.broken());
    }
}

TEST_F(KeysTest, AFailedCreationLeavesNothing) {
    ASSERT_TRUE(sqlite::create_key(beside, key("key_1", 1)));
    EXPECT_THROW(static_cast<void>(sqlite::create_key(beside, key("key_2", 1))), SQLite::Exception);
    EXPECT_EQ(entries(workspace).size(), 1U);
    EXPECT_TRUE(sqlite::create_key(beside, key("key_2", 2)));
}

TEST_F(KeysTest, LiveKeysAreBounded) {
    raw().exec(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO api_keys "
        "SELECT 'key_' || i, 'crm', printf('%064x', i), 'admin', 'main', NULL, NULL, 0, NULL FROM n");
    EXPECT_EQ(sqlite::create_key(beside, key("key_x", 1)).error().code, Errc::conflict);
    ASSERT_TRUE(sqlite::revoke_key(beside, {"key_7"}, start));
    EXPECT_TRUE(sqlite::create_key(beside, key("key_x", 1)));
}

TEST_F(KeysTest, ADamagedRowIsNobodysKey) {
    ASSERT_TRUE(sqlite::create_key(beside, key("key_1", 1)));
    raw().exec("UPDATE api_keys SET hash = 'x', scopes = 'everything'");
    const auto seen = changed_since(0);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->live.at(0).hash, KeyHash{});
    EXPECT_TRUE(seen->live.at(0).scopes.empty());
}

}  // namespace
}  // namespace herald::test
