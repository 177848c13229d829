#include "adapters/webhook/target.hpp"

#include <gtest/gtest.h>

namespace herald::webhook {
namespace {

TEST(TargetTest, TakesAUrlApart) {
    const auto target = parse_target("https://hooks.example.com/services/T0/B0?a=b%20c&d");
    ASSERT_TRUE(target) << target.error().detail;
    EXPECT_EQ(target->endpoint, (http::Endpoint{true, "hooks.example.com", "443", ""}));
    EXPECT_EQ(target->target, "/services/T0/B0?a=b%20c&d");
    EXPECT_EQ(target->place(), "hooks.example.com:443");
    EXPECT_FALSE(target->address);
}

TEST(TargetTest, OneSpellingOfWhatIsTheSame) {
    const auto target = parse_target("HTTPS://Hooks.EXAMPLE.com:0443");
    ASSERT_TRUE(target) << target.error().detail;
    EXPECT_EQ(target->endpoint, (http::Endpoint{true, "hooks.example.com", "443", ""}));
    EXPECT_EQ(target->target, "/");
    EXPECT_EQ(parse_target("https://example.com?x=1")->target, "/?x=1");
}

TEST(TargetTest, KnowsAnAddress) {
    const auto four = parse_target("http://127.0.0.1:8080/x");
    ASSERT_TRUE(four);
    EXPECT_EQ(four->endpoint, (http::Endpoint{false, "127.0.0.1", "8080", ""}));
    EXPECT_TRUE(four->address && four->address->is_loopback());
    const auto six = parse_target("https://[2606:4700::1111]/x");
    ASSERT_TRUE(six) << six.error().detail;
    EXPECT_EQ(six->endpoint, (http::Endpoint{true, "2606:4700::1111", "443", ""}));
    EXPECT_TRUE(six->address);
    const auto mapped = parse_target("https://[::ffff:127.0.0.1]/");
    ASSERT_TRUE(mapped);
    EXPECT_TRUE(mapped->address) << "and so it is looked at";
}

TEST(TargetTest, RefusesWhatCouldBeReadInTwoWays) {
    for (const auto* bad : {
             "",
             "example.com",
             "https://",
             "https:///x",
             "https:example.com",
             "ftp://example.com",
             "file:///etc/passwd",
             "https://user@example.com/",
             "https://user:secret@example.com/",
             "https://@example.com/",
             "https://example.com@127.0.0.1/",
             "https://example.com/#x",
             "https://example.com/#",
             "https://example.com:0/",
             "https://example.com:/",
             "https://example.com:65536/",
             "https://example.com:x/",
             "https://2130706433/",
             "https://0177.0.0.1/",
             "https://0x7f.0.0.1/",
             "https://0x7f000001/",
             "https://127.1/",
             "https://127.0.0.1./",
             "https://127.0.0.01/",
             "https://1.2.3.4.5/",
             "https://1.2.3.4.example.com:x/",
             "https://example.com:80:80/",
             "https://a@b@example.com/",
             "https://256.1.1.1/",
             "https://example.com./",
             "https://example..com/",
             "https://.example.com/",
             "https://-example.com/",
             "https://example-.com/",
             "https://exa_mple.com/",
             "https://ex%61mple.com/",
             "https://127.0.0.1%00.example.com/",
             "https://%31%32%37.0.0.1/",
             "https://m\xc3\xbcnchen.example/",
             "https://example.com\\@127.0.0.1/",
             "https://[::1/",
             "https://::1/",
             "https://[127.0.0.1]/",
             "https://[example.com]/",
             "https://[v1.fe]/",
             "https://[fe80::1%25eth0]/",
             "https://[0:0:0:0:0:0:0:1]/",
             "https://[::7f00:1",
             "https://example.com/a b",
             "https://example.com/\r\nX: y",
             "https://example.com/\x01",
             " https://example.com/",
         }) {
        const auto target = parse_target(bad);
        EXPECT_FALSE(target) << bad;
        if (!target) EXPECT_EQ(target.error().code, Errc::content_rejected);
    }
}

TEST(TargetTest, HasALength) {
    const std::string start = "https://example.com/";
    EXPECT_TRUE(parse_target(start + std::string(2'048 - start.size(), 'x')));
    EXPECT_FALSE(parse_target(start + std::string(2'049 - start.size(), 'x')));
    const std::string label(63, 'a');
    EXPECT_TRUE(host_of(label + ".com"));
    EXPECT_FALSE(host_of(label + "a.com"));
    EXPECT_FALSE(host_of(label + "." + label + "." + label + "." + label));
}

TEST(TargetTest, SaysNothingOfTheRestOfTheUrl) {
    for (const auto* url : {"https://token@hooks.slack.com/", "https://hooks.slack.com/services/token#x",
                            "gopher://hooks.slack.com/token", "https://hooks.slack.com:0/token", "https://a b/token"}) {
        const auto target = parse_target(url);
        ASSERT_FALSE(target) << url;
        EXPECT_FALSE(target.error().detail.contains("token")) << target.error().detail;
    }
}

TEST(TargetTest, TakesEveryPlainName) {
    EXPECT_EQ(parse_target("https://xn--mnchen-3ya.example/")->endpoint.host, "xn--mnchen-3ya.example");
    EXPECT_EQ(parse_target("https://1.2.3.4.example.com:8443/x")->place(), "1.2.3.4.example.com:8443");
    EXPECT_EQ(parse_target("https://receiver/")->endpoint.host, "receiver");
    EXPECT_EQ(parse_target("https://3com.example/")->endpoint.host, "3com.example");
}

}  // namespace
}  // namespace herald::webhook
