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

std::shared_ptr<const Registry> RegistryKeeper::build(const std::vector<InUse>& in_use) {
    auto out = std::make_shared<Registry>();
    Known known;
    for (const auto& each : in_use) {
        const std::pair version(each.id, each.version);
        const auto document = std::hash<std::string>{}(each.document);
        std::shared_ptr<const Definition> definition;
        if (const auto read = known_.find(version); read != known_.end() && read->second.document == document)
            definition = read->second.definition;
        if (!definition) {
            auto read = reader_(each.document);
            if (!read) {
                trouble_("read automation", read.error());
                continue;
            }
            definition = *std::move(read);
        }
        out->versions.emplace(version, definition);
        known.emplace(version, Read{document, definition});
        if (!each.active) continue;
        const auto metric = watched_metric(definition->trigger);
        if (!metric.empty() && std::ranges::find(out->metrics, metric) == out->metrics.end())
            out->metrics.push_back(metric);
        out->active.push_back({each.id, each.version, std::move(definition)});
    }
    known_ = std::move(known);
    const std::string health(health_score_metric);
    if (std::ranges::find(out->metrics, health) == out->metrics.end()) out->metrics.push_back(health);
    return out;
}

}  // namespace herald
