// The chain without a database: what is hashed, and what a check finds.

#include <functional>

#include <gtest/gtest.h>

#include "domain/audit/chain.hpp"
#include "domain/audit/records.hpp"

namespace herald {
namespace {

// Good enough to tell texts apart.
std::string digest(std::string_view bytes) {
    return std::to_string(std::hash<std::string_view>{}(bytes));
}

AuditEntry entry(std::int64_t position, AuditDetails details = {}) {
    return {.number = 10 + position,
            .workspace = {"main"},
            .position = position,
            .at = WallTime{milliseconds{1'000 * position}},
            .actor = "crm",
            .request_id = "req_1",
            .record = {"campaign_paused", "campaign:cmp_1", std::move(details)},
            .hash = {}};
}

std::vector<AuditEntry> chain(std::int64_t length) {
    std::vector<AuditEntry> out;
    std::string previous(genesis);
    for (std::int64_t i = 1; i <= length; ++i) {
        auto next = entry(i, {{"n", i}});
        next.hash = previous = digest(canonical(previous, next));
        out.push_back(next);
    }
    return out;
}

ChainHead head_of(const std::vector<AuditEntry>& entries) {
    if (entries.empty()) return {};
    return {static_cast<std::int64_t>(entries.size()), entries.back().hash};
}

ChainCheck checked(const std::vector<AuditEntry>& entries, const ChainHead& head) {
    ChainCheck check(digest);
    check.look_at(entries, head, true);
    return check;
}

TEST(AuditChain, TheCanonicalFormIsAsDocumented) {
    auto one = entry(7, {{"b", true}, {"i", std::int64_t{-5}}, {"s", std::string("x:1")}});
    EXPECT_EQ(canonical("prev", one),
              "herald-audit-1\n4:prev4:main1:717:aud_000000000000h4:70003:crm5:req_115:campaign_paused"
              "14:campaign:cmp_1"
              "1:b1:b1:1"
              "1:i1:i2:-5"
              "1:s1:s3:x:1");
    EXPECT_EQ(genesis.size(), 64u);
}

TEST(AuditChain, EveryFieldCountsAndSoDoTheirBoundaries) {
    const auto original = entry(1, {{"a", std::string("1")}});
    const auto hashed = canonical(genesis, original);
    const std::vector<std::function<void(AuditEntry&)>> changes{
        [](auto& e) { ++e.number; },
        [](auto& e) { e.workspace.value = "mail"; },
        [](auto& e) { ++e.position; },
        [](auto& e) { e.at += milliseconds{1}; },
        [](auto& e) { e.actor = "crn"; },
        [](auto& e) { e.request_id.clear(); },
        [](auto& e) { e.record.action += "x"; },
        [](auto& e) { e.record.resource += "x"; },
        [](auto& e) { std::swap(e.record.action, e.record.resource); },
        [](auto& e) { e.record.details["a"] = std::int64_t{1}; },
        [](auto& e) { e.record.details["a"] = true; },
        [](auto& e) { e.record.details["b"] = std::string("1"); },
        [](auto& e) { e.record.details.clear(); },
        [](auto& e) { e.actor = "cr", e.request_id = "mreq_1"; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        auto changed = original;
        changes[i](changed);
        EXPECT_NE(canonical(genesis, changed), hashed) << i;
    }
    EXPECT_NE(canonical("", original), hashed);
    auto rehashed = original;
    rehashed.hash = "not part of it";
    EXPECT_EQ(canonical(genesis, rehashed), hashed);
}

TEST(AuditChain, AWholeChainHoldsInSlicesOfAnySize) {
    const auto entries = chain(5);
    EXPECT_FALSE(checked({}, {}).broken());
    for (std::size_t slice = 1; slice <= 6; ++slice) {
        ChainCheck check(digest);
        std::size_t at = 0;
        while (!check.ended()) {
            const auto size = std::min(slice, entries.size() - at);
            check.look_at(std::span(entries).subspan(at, size), head_of(entries), size < slice);
            at += size;
        }
        EXPECT_EQ(check.broken(), std::nullopt) << slice;
        EXPECT_EQ(check.good(), 5);
        EXPECT_EQ(check.head(), entries.back().hash);
    }
}

TEST(AuditChain, NamesTheFirstBadEntry) {
    const auto whole = chain(5);
    const auto head = head_of(whole);
    const auto found = [&](std::vector<AuditEntry> entries, const ChainHead& at) {
        return checked(entries, at).broken().value_or(BrokenEntry{});
    };

    auto altered = whole;
    altered[2].actor = "nobody";
    EXPECT_EQ(found(altered, head), (BrokenEntry{3, whole[2].id(), ChainFault::altered}));
    altered[2].hash = digest(canonical(whole[1].hash, altered[2]));  // with a hash that fits it
    EXPECT_EQ(found(altered, head), (BrokenEntry{4, whole[3].id(), ChainFault::altered}));

    auto removed = whole;
    removed.erase(removed.begin() + 2);
    EXPECT_EQ(found(removed, head), (BrokenEntry{3, "", ChainFault::missing}));
    EXPECT_EQ(found({whole.begin(), whole.begin() + 3}, head), (BrokenEntry{4, "", ChainFault::missing}));
    EXPECT_EQ(found({}, head), (BrokenEntry{1, "", ChainFault::missing}));

    auto swapped = whole;
    std::swap(swapped[1].record, swapped[2].record);
    EXPECT_EQ(found(swapped, head), (BrokenEntry{2, whole[1].id(), ChainFault::altered}));
    std::swap(swapped[1].hash, swapped[2].hash);
    EXPECT_EQ(found(swapped, head), (BrokenEntry{2, whole[1].id(), ChainFault::altered}));

    EXPECT_EQ(found(whole, head_of(chain(4))), (BrokenEntry{5, whole[4].id(), ChainFault::added}));
    EXPECT_EQ(found(whole, {}), (BrokenEntry{1, whole[0].id(), ChainFault::added}));
    auto before = whole;
    before.insert(before.begin(), entry(0));
    EXPECT_EQ(found(before, head), (BrokenEntry{0, entry(0).id(), ChainFault::added}));

    auto end = whole;  // the last one rewritten, with its own hash
    end[4].actor = "nobody";
    end[4].hash = digest(canonical(whole[3].hash, end[4]));
    EXPECT_EQ(found(end, head), (BrokenEntry{5, whole[4].id(), ChainFault::altered}));
}

TEST(AuditChain, SaysHowFarItIsRight) {
    auto entries = chain(5);
    entries[3].hash = "x";
    const auto check = checked(entries, head_of(chain(5)));
    EXPECT_TRUE(check.ended());
    EXPECT_EQ(check.good(), 3);
    EXPECT_EQ(check.head(), entries[2].hash);
    EXPECT_EQ(describe(*check.broken()),
              "entry 4 (aud_000000000000e) is altered: its content, its hash or the head of the chain was changed");
}

TEST(AuditRecords, ACreationCarriesWhatTheEarlierSystemLogged) {
    Campaign campaign;
    campaign.id = {"cmp_1"};
    campaign.channel = Channel::email;
    campaign.state = CampaignState::running;
    campaign.created_by = "ann";
    const auto record = campaign_created(campaign, 12);
    EXPECT_EQ(record.action, "email_campaign_created");
    EXPECT_EQ(record.resource, "campaign:cmp_1");
    EXPECT_EQ(record.details, (AuditDetails{{"campaign_id", std::string("cmp_1")},
                                            {"created_by", std::string("ann")},
                                            {"recipient_count", std::int64_t{12}},
                                            {"intercom_integration", true},
                                            {"send_status", std::string("running")}}));
    campaign.channel = Channel::in_app;
    campaign.created_by.reset();
    EXPECT_EQ(campaign_created(campaign, 0).action, "in_app_campaign_created");
    EXPECT_FALSE(campaign_created(campaign, 0).details.contains("created_by"));
}

}  // namespace
}  // namespace herald
