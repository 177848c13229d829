#include "adapters/webhook/translate.hpp"

#include <gtest/gtest.h>

namespace herald::webhook {
namespace {

using namespace std::chrono_literals;

const WallTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 10h};

Error error_of(int status, std::vector<http::Header> headers = {}) {
    const auto result = translate(http::Reply{status, std::move(headers), "the receiver's words"}, "example.com", now);
    EXPECT_FALSE(result) << status;
    return result ? Error{} : result.error();
}

TEST(TranslateTest, EveryTwoHundredIsAYes) {
    for (const int status : {200, 201, 202, 204, 299})
        EXPECT_TRUE(translate(http::Reply{status, {}, ""}, "example.com", now)) << status;
}

TEST(TranslateTest, EveryOtherStatusHasItsMeaning) {
    const std::vector<std::pair<int, Errc>> table{
        {300, Errc::content_rejected}, {301, Errc::content_rejected}, {304, Errc::content_rejected},
        {307, Errc::content_rejected}, {400, Errc::content_rejected}, {401, Errc::content_rejected},
        {403, Errc::content_rejected}, {404, Errc::content_rejected}, {410, Errc::content_rejected},
        {413, Errc::content_rejected}, {499, Errc::content_rejected}, {408, Errc::outcome_unknown},
        {425, Errc::not_executed},     {429, Errc::rate_limited},     {500, Errc::outcome_unknown},
        {503, Errc::outcome_unknown},  {599, Errc::outcome_unknown},  {600, Errc::outcome_unknown},
        {0, Errc::outcome_unknown},
    };
    for (const auto& [status, code] : table) EXPECT_EQ(error_of(status).code, code) << status;
}

TEST(TranslateTest, SaysWhatWasAnsweredAndNotInWhoseWords) {
    EXPECT_EQ(error_of(404).detail, "example.com answered 404");
    EXPECT_EQ(error_of(302).detail, "example.com answered 302: redirects are not followed");
    EXPECT_EQ(error_of(410).detail, "example.com answered 410: it is gone for good");
    EXPECT_EQ(error_of(410).upstream_code, "http_410");
}

TEST(TranslateTest, WhenToComeAgain) {
    EXPECT_EQ(error_of(429, {{"Retry-After", "7"}}).retry_after, 7s);
    EXPECT_EQ(error_of(503, {{"retry-after", "7"}}).retry_after, 7s);
    EXPECT_EQ(error_of(429, {{"Retry-After", "Mon, 23 Nov 2026 10:01:00 GMT"}}).retry_after, 60s);
    EXPECT_EQ(
        error_of(429, {{"Retry-After", "Mon, 23 Nov 2026 10:01:00 GMT"}, {"Date", "Mon, 23 Nov 2026 10:00:30 GMT"}})
            .retry_after,
        30s)
        << "by the receiver's own clock";
    EXPECT_EQ(error_of(429, {{"Retry-After", "soon"}}).retry_after, std::nullopt);
    EXPECT_EQ(error_of(429).retry_after, std::nullopt);
    EXPECT_EQ(error_of(404, {{"Retry-After", "7"}}).retry_after, std::nullopt);
}

TEST(TranslateTest, OnlyWhatFailsAfterTheLastByteLeavesOpenWhetherItWasDone) {
    const std::vector<std::pair<http::Phase, Errc>> table{
        {http::Phase::refused, Errc::not_executed}, {http::Phase::resolve, Errc::not_executed},
        {http::Phase::connect, Errc::not_executed}, {http::Phase::tls, Errc::not_executed},
        {http::Phase::write, Errc::not_executed},   {http::Phase::response, Errc::outcome_unknown},
    };
    for (const auto& [phase, code] : table) {
        const auto result = translate(std::unexpected(http::Failure{phase, "why"}), "example.com", now);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_EQ(result.error().detail, "example.com: why");
    }
}

}  // namespace
}  // namespace herald::webhook
