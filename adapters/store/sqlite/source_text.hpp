#pragma once
// What a source of an audience is, as it is stored: a kind and its JSON.

#include <string>

#include "domain/campaign/audience_source.hpp"

namespace herald::sqlite {

struct SourceText {
    std::string kind;  // segment, filter
    std::string spec;  // {"segment_id":…}, or the tree of the filter
};

SourceText to_text(const AudienceQuery& query);
// Throws SQLite::Exception for what to_text() does not write.
AudienceQuery to_query(const std::string& kind, const std::string& spec);

}  // namespace herald::sqlite
