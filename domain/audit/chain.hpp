#pragma once
// One chain of audit entries for each workspace. The hash of an entry covers its content and the hash of the entry
// before it, so that whoever changes, removes, adds or reorders one breaks the chain there. How many entries there
// are and the hash of the last one stand in the head, which moves in the same transaction: without it, cutting off
// the end would not show.
//
// Who can write to the whole database can also compute the chain anew. Against that helps only a head that was kept
// elsewhere: the same entries have the same head.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/audit/entry.hpp"

namespace herald {

// SHA-256 in lower-case hexadecimal digits. Given from outside, because the domain knows no cryptography.
using Digest = std::function<std::string(std::string_view)>;

// What the first entry of a chain has for the hash of the entry before it: the digits of 32 bytes of zero.
inline constexpr std::string_view genesis = "0000000000000000000000000000000000000000000000000000000000000000";

struct ChainHead {
    std::int64_t entries{};
    std::string hash{genesis};
};

// The bytes that are hashed: "herald-audit-1\n" and then, each as <length in bytes>:<bytes>, the previous hash,
// workspace, position, id, time in milliseconds since 1970, actor, request id, action, resource and, in the order
// of their names, the name, the kind (s, i or b) and the value of each detail. `entry.hash` is not part of it.
std::string canonical(std::string_view previous_hash, const AuditEntry& entry);

enum class ChainFault : std::uint8_t {
    altered,  // the content or the hash of the entry is not what was written
    missing,  // the entry that belongs here is gone
    added,    // the head does not count the entry
};

struct BrokenEntry {
    std::int64_t position{};
    std::string id;  // empty when it is missing
    ChainFault fault{};

    friend bool operator==(const BrokenEntry&, const BrokenEntry&) = default;
};

std::string_view name(ChainFault fault);
// For people: "entry 7 (aud_…) was altered: …".
std::string describe(const BrokenEntry& broken);

// Goes along a chain, from its beginning, in slices of any size.
class ChainCheck {
 public:
    explicit ChainCheck(Digest digest) : digest_(std::move(digest)) {}

    // The entries behind those seen before, by position, and the head as it stood when they were read. `last`: there
    // are no more. Not to be called once ended().
    void look_at(std::span<const AuditEntry> entries, const ChainHead& head, bool last);

    bool ended() const { return ended_ || broken_; }
    const std::optional<BrokenEntry>& broken() const { return broken_; }  // the first one
    std::int64_t good() const { return good_; }                           // entries that are right, up to there
    const std::string& head() const { return head_; }                     // the hash of the last good one, or genesis
    // Entries up to this position have been seen.
    std::optional<std::int64_t> seen() const { return seen_; }

 private:
    std::optional<BrokenEntry> judge(const AuditEntry& entry, const ChainHead& head) const;
    std::optional<BrokenEntry> judge_end(const ChainHead& head) const;

    Digest digest_;
    std::int64_t good_{};
    std::string head_{genesis};
    std::string last_id_;
    std::optional<std::int64_t> seen_;
    std::optional<BrokenEntry> broken_;
    bool ended_{};
};

}  // namespace herald
