#pragma once
// The rows behind the sources of audiences.

#include <cstdint>
#include <string_view>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "domain/campaign/campaign.hpp"

namespace herald::sqlite {

void insert_sources(Write& write, std::int64_t campaign, const WorkspaceId& workspace,
                    const std::vector<AudienceSource>& sources);
// In the order in which they were given.
std::vector<AudienceSource> sources_of(Connection& connection, std::int64_t campaign);
// Whether the audience may still grow by itself.
bool has_open_source(Connection& connection, std::int64_t campaign);
// What was refused is tried again, from its beginning.
void reopen_sources(Write& write, std::int64_t campaign);
// Nobody is added any more.
void close_sources(Write& write, std::int64_t campaign, std::string_view reason);

}  // namespace herald::sqlite
