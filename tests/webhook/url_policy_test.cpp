#include "adapters/webhook/url_policy.hpp"

#include <gtest/gtest.h>

namespace herald::webhook {
namespace {

UrlPolicy policy(const std::vector<std::string>& allow, const std::vector<std::string>& insecure = {}) {
    UrlPolicy out;
    for (const auto& text : allow) out.allow.push_back(*parse_host_rule(text));
    for (const auto& text : insecure) out.insecure.push_back(*parse_exact_rule(text));
    return out;
}

std::string why(const UrlPolicy& policy, std::string_view url) {
    const auto target = parse_target(url);
    EXPECT_TRUE(target) << url;
    return target ? policy.refusal(*target).value_or("") : "";
}

std::string why_at(const UrlPolicy& policy, std::string_view url, const char* address) {
    return policy.refusal(*parse_target(url), boost::asio::ip::make_address(address)).value_or("");
}

TEST(UrlPolicyTest, EveryPublicHostUnlessThereIsAList) {
    const auto open = policy({});
    EXPECT_EQ(why(open, "https://example.com/"), "");
    EXPECT_EQ(why(open, "https://1.1.1.1:8443/"), "");
    EXPECT_EQ(why(open, "http://example.com/"), "the URL must begin with https://");
    EXPECT_EQ(why(open, "https://127.0.0.1/"), "127.0.0.1 is no public address: loopback");
    EXPECT_EQ(why(open, "https://169.254.169.254/"), "169.254.169.254 is no public address: link-local");
    EXPECT_EQ(why(open, "https://[::ffff:127.0.0.1]/"), "::ffff:127.0.0.1 is no public address: loopback");
    EXPECT_EQ(why(open, "https://LocalHost/"), "localhost is this machine itself");
    EXPECT_EQ(why(open, "https://a.localhost/"), "a.localhost is this machine itself");
}

TEST(UrlPolicyTest, TheListIsOfHostsAndOfWhatStandsBelowThem) {
    const auto list = policy({"example.com", "*.example.org", "ports.example.com:8443", "1.1.1.1"});
    EXPECT_EQ(why(list, "https://example.com:444/"), "");
    EXPECT_EQ(why(list, "https://EXAMPLE.com/"), "");
    EXPECT_EQ(why(list, "https://a.b.example.org/"), "");
    EXPECT_EQ(why(list, "https://ports.example.com:8443/"), "");
    EXPECT_EQ(why(list, "https://1.1.1.1/"), "");
    for (const auto* host : {"a.example.com", "example.org", "notexample.org", "example.org.example.net", "1.1.1.2"})
        EXPECT_EQ(why(list, std::string("https://") + host), std::string(host) + " is not on the allow-list");
    EXPECT_NE(why(list, "https://ports.example.com/"), "");
}

TEST(UrlPolicyTest, TheListMakesNothingPublic) {
    const auto list = policy({"127.0.0.1", "example.com"});
    EXPECT_NE(why(list, "https://127.0.0.1/"), "");
    EXPECT_NE(why_at(list, "https://example.com/", "10.0.0.1"), "");
    EXPECT_EQ(why_at(list, "https://example.com/", "1.1.1.1"), "");
    EXPECT_NE(why(list, "http://example.com/"), "");
}

TEST(UrlPolicyTest, WhatIsInsecureMayBePrivateAndNeedsNoTlsAtThatPortOnly) {
    const auto list = policy({"example.com"}, {"127.0.0.1:9000", "receiver:8080", "[::1]:9000"});
    EXPECT_EQ(why(list, "http://127.0.0.1:9000/x"), "");
    EXPECT_EQ(why(list, "https://127.0.0.1:9000/x"), "");
    EXPECT_EQ(why(list, "http://[::1]:9000/x"), "");
    EXPECT_EQ(why(list, "http://receiver:8080/"), "");
    EXPECT_EQ(why_at(list, "http://receiver:8080/", "10.0.0.1"), "");
    EXPECT_NE(why(list, "http://127.0.0.1:9001/x"), "");
    EXPECT_NE(why(list, "http://127.0.0.2:9000/x"), "");
    EXPECT_NE(why(list, "https://receiver/"), "");
    EXPECT_NE(why_at(list, "https://receiver/", "10.0.0.1"), "");
}

TEST(UrlPolicyTest, WhatIsInsecureStillLeadsToNoCloudAndNoCrowd) {
    const auto list = policy({}, {"169.254.169.254:80", "receiver:80"});
    EXPECT_NE(why(list, "http://169.254.169.254/latest/meta-data"), "");
    for (const auto* address : {"169.254.169.254", "0.0.0.0", "224.0.0.1", "::", "fe80::1", "::ffff:10.0.0.1"})
        EXPECT_NE(why_at(list, "http://receiver/", address), "") << address;
}

TEST(HostRuleTest, IsAHostWithAPortOrWithout) {
    EXPECT_EQ(parse_host_rule("Example.com"), (HostRule{"example.com", false, ""}));
    EXPECT_EQ(parse_host_rule("*.example.com:8443"), (HostRule{"example.com", true, "8443"}));
    EXPECT_EQ(parse_host_rule("[::1]:80"), (HostRule{"::1", false, "80"}));
    EXPECT_EQ(parse_host_rule("[2606:4700::1]"), (HostRule{"2606:4700::1", false, ""}));
    for (const auto* bad : {"",
                            "*",
                            "*.",
                            "**.example.com",
                            "a.*.com",
                            "https://example.com",
                            "example.com/",
                            "example.com:",
                            "example.com:0",
                            "example.com:65536",
                            "example.com:x",
                            "::1",
                            "[::1",
                            "[::1]x",
                            "[127.0.0.1]",
                            "*.127.0.0.1",
                            "example.com.",
                            "a b",
                            ":80",
                            "0x7f.1",
                            "user@example.com"})
        EXPECT_FALSE(parse_host_rule(bad)) << bad;
}

TEST(HostRuleTest, AnInsecureOneHasAPortAndNoWildcard) {
    EXPECT_EQ(parse_exact_rule("receiver:8080"), (HostRule{"receiver", false, "8080"}));
    for (const auto* bad : {"receiver", "*.example.com:80", "127.0.0.1", ""})
        EXPECT_FALSE(parse_exact_rule(bad)) << bad;
}

}  // namespace
}  // namespace herald::webhook
