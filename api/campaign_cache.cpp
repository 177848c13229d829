#include "api/campaign_cache.hpp"

namespace herald::api {
namespace {

constexpr std::size_t most_entries = 128;
constexpr std::size_t largest_body = 64UL * 1024UL;
constexpr milliseconds kept{1'000};  // at most, should a change ever go unannounced

}  // namespace

const CampaignCache::Rendered* CampaignCache::find(const WorkspaceId& workspace, const CampaignId& id,
                                                   const Waiting& waiting, SteadyTime now) const {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return nullptr;
    const auto& entry = found->second;
    const bool holds = entry.workspace == workspace && entry.waiting == waiting && now < entry.until;
    return holds ? &entry.rendered : nullptr;
}

void CampaignCache::keep(std::uint64_t reading, const WorkspaceId& workspace, const CampaignId& id, Waiting waiting,
                         Rendered rendered, SteadyTime now) {
    if (reading != changes_ || rendered.body.size() > largest_body) return;
    if (entries_.size() >= most_entries) entries_.clear();
    entries_.insert_or_assign(id, Entry{workspace, waiting, std::move(rendered), now + kept});
}

void CampaignCache::changed(const CampaignId& id) {
    ++changes_;
    entries_.erase(id);
}

}  // namespace herald::api
