#include "service/webhook_settings.hpp"

#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace herald::service {
namespace {

const std::string older = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string newer = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

ConfigResult load(std::map<std::string, std::string> variables, const std::string& file = "") {
    const auto path = std::filesystem::path(testing::TempDir()) / "herald.webhooks.yaml";
    if (!file.empty()) {
        std::ofstream(path) << file;
        variables["HERALD_CONFIG"] = path;
    }
    auto out = load_config([&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
    std::filesystem::remove(path);
    return out;
}

std::string mistakes_of(const ConfigResult& result) {
    return fmt::format("{}", fmt::join(result.mistakes, "\n"));
}

TEST(WebhookSettingsTest, NothingIsSignedAndEveryPublicHostCalledUnlessToldOtherwise) {
    const auto options = webhook_options(load({}).config);
    EXPECT_TRUE(options.keys.empty());
    EXPECT_TRUE(options.policy.allow.empty());
    EXPECT_TRUE(options.policy.insecure.empty());
}

TEST(WebhookSettingsTest, ReachTheOptions) {
    const auto [config, mistakes] = load({{"HERALD_WEBHOOK_SECRETS", newer + "," + older},
                                          {"HERALD_WEBHOOK_ALLOW", "hooks.slack.com, *.example.com:8443"},
                                          {"HERALD_WEBHOOK_INSECURE", "127.0.0.1:9000 [::1]:9000"}});
    EXPECT_EQ(mistakes, std::vector<std::string>{});
    const auto options = webhook_options(config);
    ASSERT_EQ(options.keys.size(), 2U);
    EXPECT_EQ(options.keys[1].sign(R"(msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314})"),
              "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    EXPECT_EQ(options.policy.allow,
              (std::vector<webhook::HostRule>{{"hooks.slack.com", false, ""}, {"example.com", true, "8443"}}));
    EXPECT_EQ(options.policy.insecure,
              (std::vector<webhook::HostRule>{{"127.0.0.1", false, "9000"}, {"::1", false, "9000"}}));
}

TEST(WebhookSettingsTest, AFileHasListsAndTheEnvironmentTakesTheirPlace) {
    const std::string file = "webhook:\n  allow: [a.example.com, \"*.example.org\"]\n  insecure: [receiver:80]\n";
    const auto of_file = load({}, file);
    EXPECT_EQ(mistakes_of(of_file), "");
    EXPECT_EQ(of_file.config.webhook_policy.allow.size(), 2U);
    EXPECT_EQ(of_file.config.webhook_policy.insecure.size(), 1U);
    const auto both = load({{"HERALD_WEBHOOK_ALLOW", "b.example.com"}}, file);
    EXPECT_EQ(both.config.webhook_policy.allow, (std::vector<webhook::HostRule>{{"b.example.com", false, ""}}));
    EXPECT_EQ(load({}, "webhook: {allow: a.example.com}\n").config.webhook_policy.allow.size(), 1U);
}

TEST(WebhookSettingsTest, EveryMistakeIsNamed) {
    const auto wrong = mistakes_of(load({{"HERALD_WEBHOOK_ALLOW", "https://a.example.com b.example.com:0 ok.example"},
                                         {"HERALD_WEBHOOK_INSECURE", "receiver *.example.com:80"}}));
    for (const auto* part : {"HERALD_WEBHOOK_ALLOW: 'https://a.example.com'", "'b.example.com:0' is no host",
                             "HERALD_WEBHOOK_INSECURE: 'receiver'", "'*.example.com:80'"})
        EXPECT_TRUE(wrong.contains(part)) << wrong;
    EXPECT_FALSE(wrong.contains("ok.example")) << wrong;
    EXPECT_TRUE(mistakes_of(load({}, "webhook: {allow: []}\n")).contains("webhook.allow: names no host"))
        << "nobody knows whether it means all or none";
    EXPECT_TRUE(mistakes_of(load({}, "webhook: {allow: [{a: b}]}\n")).contains("webhook.allow"));
    EXPECT_TRUE(mistakes_of(load({}, "webhook: {secrets: [x]}\n")).contains("webhook.secrets"))
        << "a secret has no key";
}

TEST(WebhookSettingsTest, AMistakeShowsNoSecret) {
    const auto wrong = load({{"HERALD_WEBHOOK_SECRETS", "whsec_c2VjcmV0 " + older + " " + newer}});
    EXPECT_EQ(mistakes_of(wrong),
              "HERALD_WEBHOOK_SECRETS: must be one secret, or two; secret 1 must be whsec_ and "
              "base64 of 24 to 64 bytes");
    EXPECT_TRUE(mistakes_of(load({{"HERALD_WEBHOOK_SECRETS", older + "," + older}})).contains("are the same"));
    EXPECT_TRUE(mistakes_of(load({{"HERALD_WEBHOOK_SECRETS", ","}})).contains("must be one secret, or two"));
}

}  // namespace
}  // namespace herald::service
