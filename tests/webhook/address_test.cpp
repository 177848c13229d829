#include "adapters/webhook/address.hpp"

#include <gtest/gtest.h>

namespace herald::webhook {
namespace {

std::string what(const char* address) {
    const auto found = not_public(boost::asio::ip::make_address(address));
    return found ? std::string(found->what) : "public";
}

bool internal(const char* address) {
    const auto found = not_public(boost::asio::ip::make_address(address));
    return found && found->is_internal;
}

// The first and the last of every block, and their neighbours outside.
TEST(NotPublicTest, EveryBlockOfIpv4HasItsEdges) {
    const std::vector<std::tuple<const char*, const char*, std::string>> blocks{
        {"0.0.0.0", "0.255.255.255", "unspecified"},         {"10.0.0.0", "10.255.255.255", "private"},
        {"100.64.0.0", "100.127.255.255", "private"},        {"127.0.0.0", "127.255.255.255", "loopback"},
        {"168.63.129.16", "168.63.129.16", "link-local"},    {"169.254.0.0", "169.254.255.255", "link-local"},
        {"172.16.0.0", "172.31.255.255", "private"},         {"192.0.0.0", "192.0.0.255", "reserved"},
        {"192.0.2.0", "192.0.2.255", "documentation"},       {"192.88.99.0", "192.88.99.255", "reserved"},
        {"192.168.0.0", "192.168.255.255", "private"},       {"198.18.0.0", "198.19.255.255", "reserved"},
        {"198.51.100.0", "198.51.100.255", "documentation"}, {"203.0.113.0", "203.0.113.255", "documentation"},
        {"224.0.0.0", "239.255.255.255", "multicast"},       {"240.0.0.0", "255.255.255.255", "reserved"},
    };
    for (const auto& [first, last, name] : blocks) {
        EXPECT_EQ(what(first), name) << first;
        EXPECT_EQ(what(last), name) << last;
        const auto before = boost::asio::ip::make_address_v4(first).to_uint() - 1;
        const auto after = boost::asio::ip::make_address_v4(last).to_uint() + 1;
        for (const auto next : {before, after}) {
            const auto address = boost::asio::ip::make_address_v4(next).to_string();
            EXPECT_NE(what(address.c_str()), name) << address;
        }
    }
}

TEST(NotPublicTest, WhatIsPublicIsCalled) {
    for (const auto* address :
         {"1.1.1.1",          "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0",
          "126.255.255.255",  "128.0.0.0",       "169.253.255.255", "169.255.0.0",    "172.15.255.255",
          "172.32.0.0",       "192.0.1.0",       "192.167.255.255", "192.169.0.0",    "198.17.255.255",
          "198.20.0.0",       "223.255.255.255", "2606:4700::1111", "2001:200::1",    "2a00:1450:4001::1",
          "64:ff9b::1.1.1.1", "::ffff:1.1.1.1",  "2002:101:101::1"})
        EXPECT_EQ(what(address), "public") << address;
}

TEST(NotPublicTest, WhatIsNotOfIpv6) {
    const std::vector<std::pair<const char*, std::string>> table{
        {"::", "unspecified"},        {"::1", "loopback"},        {"::2", "reserved"},
        {"::127.0.0.1", "reserved"},  {"fc00::", "private"},      {"fd00:ec2::254", "private"},
        {"fdff:ffff::1", "private"},  {"fe80::1", "link-local"},  {"febf::1", "link-local"},
        {"fec0::1", "site-local"},    {"ff02::1", "multicast"},   {"100::1", "reserved"},
        {"64:ff9b:1::1", "reserved"}, {"2001::1", "reserved"},    {"2001:0:4136:e378:8000:63bf:3fff:fdd2", "reserved"},
        {"2001:2::1", "reserved"},    {"2001:20::1", "reserved"}, {"2001:db8::1", "documentation"},
        {"3fff::1", "documentation"}, {"5f00::1", "reserved"},    {"4000::1", "reserved"},
    };
    for (const auto& [address, name] : table) EXPECT_EQ(what(address), name) << address;
}

TEST(NotPublicTest, AnAddressThatHoldsAnotherIsAsPublicAsThatOne) {
    const std::vector<std::pair<const char*, std::string>> table{
        {"::ffff:127.0.0.1", "loopback"},
        {"::ffff:10.1.2.3", "private"},
        {"::ffff:169.254.169.254", "link-local"},
        {"64:ff9b::169.254.169.254", "link-local"},
        {"64:ff9b::a00:1", "private"},
        {"2002:7f00:1::", "loopback"},
        {"2002:c0a8:101::1", "private"},
    };
    for (const auto& [address, name] : table) {
        EXPECT_EQ(what(address), name) << address;
        EXPECT_FALSE(internal(address)) << "no receiver of one's own is written like this: " << address;
    }
}

TEST(NotPublicTest, OnlyPrivateAndLoopbackMayBelongToOneself) {
    for (const auto* address : {"127.0.0.1", "10.0.0.1", "172.20.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"})
        EXPECT_TRUE(internal(address)) << address;
    for (const auto* address : {"169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "fe80::1",
                                "::", "168.63.129.16", "192.0.0.192", "1.1.1.1"})
        EXPECT_FALSE(internal(address)) << address;
}

}  // namespace
}  // namespace herald::webhook
