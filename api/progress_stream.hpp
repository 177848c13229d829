#pragma once
// A campaign's progress as server-sent events. Every event is a whole snapshot, so that a client that
// reconnects loses nothing. Ends by itself with the campaign, or when the feed is closed.

#include <optional>
#include <string>

#include "api/backend.hpp"
#include "api/views.hpp"

namespace herald::api {

class ProgressStream final : public BodyStream {
 public:
    // `first` is sent at once. Backend and workspace must outlive the stream.
    ProgressStream(Backend& backend, const Workspace& workspace, CampaignId campaign, ProgressView first,
                   ChangeFeed::Subscription changes);

    Task<std::optional<std::string>> next() override;

 private:
    std::string report(const ProgressView& progress);

    Backend& backend_;
    const Workspace& workspace_;
    CampaignId campaign_;
    std::optional<ProgressView> first_;
    ChangeFeed::Subscription changes_;
    std::string last_;       // what was reported last
    SteadyTime reported_{};  // when
    SteadyTime sent_{};      // when anything was sent, a comment included
    bool ended_{};
};

}  // namespace herald::api
