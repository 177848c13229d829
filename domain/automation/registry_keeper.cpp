#include "domain/automation/registry_keeper.hpp"

#include <algorithm>

namespace herald {

Task<Result<std::shared_ptr<const Registry>>> RegistryKeeper::fresh() {
    if (registry_ && seen_ == wanted_) co_return registry_;
    const auto wanted = wanted_;
    const auto in_use = co_await store_.in_use(workspace_);
    if (!in_use) co_return in_use.error();
    auto built = build(*in_use);
    if (wanted >= seen_) {  // else somebody who asked later was answered first
        seen_ = wanted;
        registry_ = built;
    }
    co_return built;
}

std::shared_ptr<const Registry> RegistryKeeper::build(const std::vector<InUse>& in_use) const {
    auto out = std::make_shared<Registry>();
    for (const auto& each : in_use) {
        std::shared_ptr<const Definition> definition;
        if (registry_)
            if (const auto known = registry_->versions.find({each.id, each.version});
                known != registry_->versions.end())
                definition = known->second;
        if (!definition) {
            auto read = reader_(each.document);
            if (!read) {
                trouble_("read automation", read.error());
                continue;
            }
            definition = *std::move(read);
        }
        out->versions.emplace(std::pair(each.id, each.version), definition);
        if (!each.active) continue;
        const auto metric = watched_metric(definition->trigger);
        if (!metric.empty() && std::ranges::find(out->metrics, metric) == out->metrics.end())
            out->metrics.push_back(metric);
        out->active.push_back({each.id, each.version, std::move(definition)});
    }
    const std::string health(health_score_metric);
    if (std::ranges::find(out->metrics, health) == out->metrics.end()) out->metrics.push_back(health);
    return out;
}

}  // namespace herald
