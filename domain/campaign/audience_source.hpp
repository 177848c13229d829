#pragma once
// Where an audience comes from besides the recipients that were named: a segment of Intercom's, or a filter. It is
// loaded page by page once the campaign runs.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "domain/core/id.hpp"
#include "domain/filter/filter.hpp"

namespace herald {

using SegmentId = Id<struct SegmentTag>;
using AudienceQuery = std::variant<SegmentId, Filter>;

enum class SourceState : std::uint8_t {
    pending,  // not read to its end; read on while the campaign runs
    done,
    refused,  // Intercom does not search for it; tried again when the campaign is resumed
};

std::string_view name(SourceState state);

struct AudienceSource {
    AudienceQuery query;
    SourceState state{};
    std::int64_t found{};  // contacts that Intercom has shown
    std::int64_t added{};  // of them, those whose id was not in the audience before
    std::string reason{};  // why it was refused

    friend bool operator==(const AudienceSource&, const AudienceSource&) = default;
};

}  // namespace herald
