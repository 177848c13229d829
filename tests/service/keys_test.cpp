// How keys are written down: in the configuration and on the command line.

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "service/config.hpp"
#include "service/key_entry.hpp"
#include "service/key_options.hpp"

namespace herald::service {
namespace {

const std::string hash_a(64, 'a');
const std::string hash_b(64, 'b');

ConfigResult load(std::map<std::string, std::string> variables) {
    return load_config([&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

void expect_named(const std::vector<std::string>& mistakes, std::initializer_list<std::string_view> parts) {
    for (const auto part : parts)
        EXPECT_TRUE(std::ranges::any_of(mistakes, [&](const auto& m) { return m.contains(part); })) << part;
}

TEST(KeyEntryTest, IsReadAsYamlOrJsonWithListsOrText) {
    const auto yaml = load({{"HERALD_KEYS", "- name: crm\n  sha256: " + hash_a +
                                                "\n  scopes: [campaigns:read, messages:send]\n  workspaces: [default]\n"
                                                "  requests_per_minute: 60\n  delivery_policy: at_most_once\n"}});
    EXPECT_EQ(yaml.mistakes, std::vector<std::string>{});
    ASSERT_EQ(yaml.config.keys.size(), 1U);
    const auto& key = yaml.config.keys[0];
    EXPECT_EQ(key.name, "crm");
    EXPECT_EQ(to_hex(key.hash), hash_a);
    EXPECT_EQ(key.scopes.text(), "campaigns:read messages:send");
    EXPECT_EQ(key.workspaces, std::vector<WorkspaceId>{{"default"}});
    EXPECT_EQ(key.requests_per_minute, 60);
    EXPECT_EQ(key.delivery_policy, SendPolicy::at_most_once);
    const auto json = load({{"HERALD_KEYS", "[" + key_entry(key) + "]"}});
    EXPECT_EQ(json.mistakes, std::vector<std::string>{});
    EXPECT_EQ(json.config.keys, yaml.config.keys);
}

TEST(KeyEntryTest, WithoutWorkspacesItIsForTheOnlyOne) {
    const auto [config, mistakes] =
        load({{"HERALD_KEYS", fmt::format("[{{name: crm, sha256: {}, scopes: admin}}]", hash_a)}});
    EXPECT_EQ(mistakes, std::vector<std::string>{});
    EXPECT_EQ(config.keys.at(0).workspaces, std::vector<WorkspaceId>{{"default"}});
}

TEST(KeyEntryTest, EveryMistakeIsNamedWithItsKey) {
    const auto mistakes =
        load({{"HERALD_KEYS",
               fmt::format("[{{name: CRM, sha256: hrld_abc, scopes: [read, admin], colour: red}}, {{sha256: {0}}}, "
                           "{{name: bi, sha256: {1}, scopes: admin, workspaces: nowhere, requests_per_minute: 0, "
                           "delivery_policy: never}}, {{name: bi, sha256: {1}, scopes: []}}, 7]",
                           hash_a, hash_b)}})
            .mistakes;
    expect_named(mistakes,
                 {"key 1: 'CRM' is no name", "key 1: sha256 must be", "key 1: there is no scope 'read'",
                  "key 1: unknown key 'colour'", "key 2: name is missing", "key 2: scopes is missing",
                  "key 3 (bi): requests_per_minute must", "key 3 (bi): delivery_policy must",
                  "key 4 (bi): at least one scope", "key 5: must have", "bi: there is no workspace 'nowhere'"});
    for (const auto& mistake : mistakes) EXPECT_FALSE(mistake.contains("hrld_abc")) << mistake;
    expect_named(load({{"HERALD_KEYS", fmt::format("[{{name: a, sha256: {0}, scopes: admin}}, "
                                                   "{{name: b, sha256: {0}, scopes: admin}}]",
                                                   hash_a)}})
                     .mistakes,
                 {"key 2 (b): the hash is that of an earlier key"});
    for (const auto* text : {"crm", "{a: b}", "[", "12"}) EXPECT_EQ(load({{"HERALD_KEYS", text}}).mistakes.size(), 1U);
}

TEST(ListenTest, AnyAddressInDigitsIsUnderstood) {
    for (const auto& [text, elsewhere] : {std::pair{"127.0.0.1:1", false},
                                          {"localhost:1", false},
                                          {"[::1]:1", false},
                                          {"0.0.0.0:1", true},
                                          {"[::]:1", true},
                                          {"10.1.2.3:1", true}}) {
        const auto [config, mistakes] = load({{"HERALD_LISTEN", text}});
        EXPECT_EQ(mistakes, std::vector<std::string>{}) << text;
        EXPECT_EQ(listens_elsewhere(config), elsewhere) << text;
    }
    for (const auto* text : {"herald.example:1", "1.2.3:1", ":1", "127.0.0.1", "127.0.0.1:70000"})
        EXPECT_EQ(load({{"HERALD_LISTEN", text}}).mistakes.size(), 1U) << text;
}

KeyOptions options(std::vector<std::string> arguments, std::vector<std::string> configured = {"default"}) {
    return read_key_options(arguments, configured);
}

TEST(KeyOptionsTest, AreReadInBothForms) {
    const auto wanted = options({"--name", "crm", "--scopes=campaigns:read,audit:read", "--workspaces", "a,b",
                                 "--requests-per-minute=600", "--delivery-policy", "at_most_once"},
                                {"a", "b", "c"});
    EXPECT_EQ(wanted.mistakes, std::vector<std::string>{});
    EXPECT_EQ(wanted.key.name, "crm");
    EXPECT_EQ(wanted.key.scopes.text(), "campaigns:read audit:read");
    EXPECT_EQ(wanted.key.workspaces, (std::vector<WorkspaceId>{{"a"}, {"b"}}));
    EXPECT_EQ(wanted.key.requests_per_minute, 600);
    EXPECT_EQ(wanted.key.delivery_policy, SendPolicy::at_most_once);
    EXPECT_FALSE(wanted.for_configuration);
    EXPECT_EQ(options({"--name", "crm", "--scopes", "admin"}).key.workspaces, std::vector<WorkspaceId>{{"default"}});
}

TEST(KeyOptionsTest, EveryMistakeIsNamed) {
    expect_named(options({}, {"a", "b"}).mistakes,
                 {"--name is missing", "--scopes: at least one", "--workspaces: at least"});
    expect_named(options({"--name", "X y", "--scopes", "foo,bar", "--workspaces", "mars", "--requests-per-minute",
                          "many", "--delivery-policy", "maybe", "--name", "crm", "extra", "--colour"})
                     .mistakes,
                 {"'X y' is no name", "'foo'", "'bar'", "'mars'", "--requests-per-minute must",
                  "--delivery-policy:", "--name stands twice", "'extra'", "'--colour'"});
    expect_named(options({"--scopes", "admin", "--name"}).mistakes, {"--name needs a value"});
}

TEST(KeyOptionsTest, AnEntryForAConfigurationElsewhereMayNameItsWorkspaces) {
    const auto wanted = options({"--name", "crm", "--scopes", "admin", "--workspaces", "acme", "--config"});
    EXPECT_TRUE(wanted.for_configuration);
    EXPECT_EQ(wanted.mistakes, std::vector<std::string>{});
}

}  // namespace
}  // namespace herald::service
