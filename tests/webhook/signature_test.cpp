#include "adapters/webhook/signature.hpp"

#include <gtest/gtest.h>

namespace herald::webhook {
namespace {

using namespace std::chrono_literals;

SigningKey key(std::string_view secret) {
    auto parsed = SigningKey::parse(secret);
    EXPECT_TRUE(parsed) << secret;
    return *parsed;
}

// The example that Standard Webhooks publishes. The same in Python:
//   base64.b64encode(hmac.digest(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), b"msg_….1614265330.{…}",
//   "sha256"))
TEST(SignatureTest, IsThatOfThePublishedExample) {
    EXPECT_EQ(signatures({key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
                         R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(SignatureTest, TwoSecretsGiveTwoSignatures) {
    const auto older = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const auto newer = key("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    const auto one = signatures({newer}, "msg_1", "1", "{}");
    EXPECT_EQ(signatures({newer, older}, "msg_1", "1", "{}"), one + " " + signatures({older}, "msg_1", "1", "{}"));
    EXPECT_NE(one, signatures({older}, "msg_1", "1", "{}"));
}

TEST(SignatureTest, CoversEveryPart) {
    const auto secret = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const auto all = signatures({secret}, "msg_1", "1", "{}");
    EXPECT_NE(all, signatures({secret}, "msg_2", "1", "{}"));
    EXPECT_NE(all, signatures({secret}, "msg_1", "2", "{}"));
    EXPECT_NE(all, signatures({secret}, "msg_1", "1", "{} "));
}

TEST(SignatureTest, ATimestampIsInWholeSeconds) {
    EXPECT_EQ(timestamp_of(WallTime{1614265330999ms}), "1614265330");
}

TEST(SigningKeyTest, IsTwentyFourToSixtyFourBytes) {
    for (const std::string base64 : {
             std::string(32, 'A'),         // 24 bytes
             std::string(43, 'A') + "=",   // 32
             std::string(86, 'A') + "==",  // 64
         })
        EXPECT_TRUE(SigningKey::parse("whsec_" + base64)) << base64;
    for (const std::string bad : {
             std::string(),
             std::string("whsec_"),
             "whsec_" + std::string(30, 'A') + "==",  // 23 bytes
             "whsec_" + std::string(87, 'A') + "=",   // 65
             "whsec_" + std::string(400, 'A'),
             std::string(32, 'A'),  // no prefix
             "WHSEC_" + std::string(32, 'A'),
             "whsec_" + std::string(31, 'A'),         // no padding where it is needed
             "whsec_" + std::string(42, 'A') + "B=",  // bits that are lost
             "whsec_" + std::string(31, 'A') + "-",   // another alphabet
             "whsec_" + std::string(29, 'A') + "===",
             "whsec_ " + std::string(31, 'A'),
             "whsec_" + std::string(32, 'A') + "\n",
         })
        EXPECT_FALSE(SigningKey::parse(bad)) << bad;
}

}  // namespace
}  // namespace herald::webhook
