#include "domain/audit/chain.hpp"

#include <fmt/format.h>

namespace herald {
namespace {

void put(std::string& out, std::string_view field) {
    fmt::format_to(std::back_inserter(out), "{}:", field.size());
    out += field;
}

void put(std::string& out, std::int64_t field) {
    put(out, fmt::format_int(field).c_str());
}

void put_value(std::string& out, const AuditValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        put(out, "s");
        put(out, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        put(out, "i");
        put(out, *number);
    } else {
        put(out, "b");
        put(out, std::get<bool>(value) ? "1" : "0");
    }
}

std::string_view meaning(ChainFault fault) {
    switch (fault) {
        case ChainFault::altered:
            return "its content, its hash or the head of the chain was changed";
        case ChainFault::missing:
            return "it was removed, or those behind it were moved";
        case ChainFault::added:
            return "the head of the chain does not count it";
    }
    return "";
}

}  // namespace

std::string canonical(std::string_view previous_hash, const AuditEntry& entry) {
    std::string out = "herald-audit-1\n";
    put(out, previous_hash);
    put(out, entry.workspace.value);
    put(out, entry.position);
    put(out, entry.id());
    put(out, std::int64_t{entry.at.time_since_epoch().count()});
    put(out, entry.actor);
    put(out, entry.request_id);
    put(out, entry.record.action);
    put(out, entry.record.resource);
    for (const auto& [key, value] : entry.record.details) {
        put(out, key);
        put_value(out, value);
    }
    return out;
}

std::string_view name(ChainFault fault) {
    switch (fault) {
        case ChainFault::altered:
            return "altered";
        case ChainFault::missing:
            return "missing";
        case ChainFault::added:
            return "added";
    }
    return "";
}

std::string describe(const BrokenEntry& broken) {
    const auto which = broken.id.empty() ? std::string() : fmt::format(" ({})", broken.id);
    return fmt::format("entry {}{} is {}: {}", broken.position, which, name(broken.fault), meaning(broken.fault));
}

void ChainCheck::look_at(std::span<const AuditEntry> entries, const ChainHead& head, bool last) {
    for (const auto& entry : entries) {
        broken_ = judge(entry, head);
        if (broken_) return;
        seen_ = good_ = entry.position;
        head_ = entry.hash;
        last_id_ = entry.id();
    }
    if (!last) return;
    ended_ = true;
    broken_ = judge_end(head);
}

std::optional<BrokenEntry> ChainCheck::judge(const AuditEntry& entry, const ChainHead& head) const {
    if (entry.position > good_ + 1) return BrokenEntry{good_ + 1, {}, ChainFault::missing};
    if (entry.position < good_ + 1 || entry.position > head.entries)
        return BrokenEntry{entry.position, entry.id(), ChainFault::added};
    if (entry.hash != digest_(canonical(head_, entry)))
        return BrokenEntry{entry.position, entry.id(), ChainFault::altered};
    return {};
}

std::optional<BrokenEntry> ChainCheck::judge_end(const ChainHead& head) const {
    if (head.entries > good_) return BrokenEntry{good_ + 1, {}, ChainFault::missing};
    if (head.hash != head_) return BrokenEntry{good_, last_id_, ChainFault::altered};
    return {};
}

}  // namespace herald
