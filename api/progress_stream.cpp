// GET /v1/campaigns/{id}/events

#include "api/progress_stream.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/campaign_view.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"
#include "api/lists.hpp"
#include "api/progress.hpp"

namespace herald::api {
namespace {

constexpr milliseconds shortest_gap{250};  // at most four snapshots a second
constexpr seconds look_anyway{1};          // the guarantee behind the hints: also waiting and rate change
constexpr seconds keep_alive{15};

std::string event_text(std::string_view event, const std::string& data) {
    return fmt::format("event: {}\ndata: {}\n\n", event, data);
}

Problem no_stream(bool closed) {
    if (closed) return problem(Error{Errc::shutting_down, "the service is shutting down"});
    return {.status = 503,
            .code = "too_many_streams",
            .detail = "no further event stream can be opened; ask for the progress instead",
            .retry_after = seconds(10)};
}

// The snapshot without its estimate, which moves with every look.
std::string compared(ProgressView progress) {
    progress.eta.value.reset();
    return to_json(progress);
}

}  // namespace

ProgressStream::ProgressStream(Backend& backend, const Workspace& workspace, CampaignId campaign, ProgressView first,
                               ChangeFeed::Subscription changes)
    : backend_(backend),
      workspace_(workspace),
      campaign_(std::move(campaign)),
      first_(std::move(first)),
      changes_(std::move(changes)) {}

Task<std::optional<std::string>> ProgressStream::next() {
    auto& clock = backend_.ports.clock;
    if (ended_) co_return std::nullopt;
    if (first_) {
        const auto first = *std::exchange(first_, std::nullopt);
        co_return "retry: 2000\n\n" + report(first);
    }
    for (;;) {
        const auto silence_ends = sent_ + keep_alive;
        co_await changes_.wait_until(std::min(clock.now() + look_anyway, silence_ends));
        if (backend_.ports.changes.closed()) co_return std::nullopt;
        if (clock.now() < reported_ + shortest_gap) co_await clock.sleep_until(reported_ + shortest_gap);
        const auto progress = co_await progress_of(backend_, workspace_, campaign_);
        if (!progress && progress.error().code == Errc::not_found) co_return std::nullopt;
        if (progress && compared(*progress) != last_) co_return report(*progress);
        if (clock.now() < silence_ends) continue;
        sent_ = clock.now();
        co_return ": keep-alive\n\n";
    }
}

std::string ProgressStream::report(const ProgressView& progress) {
    reported_ = sent_ = backend_.ports.clock.now();
    last_ = compared(progress);
    const auto data = to_json(progress);
    auto out = event_text("progress", data);
    // A cancelled campaign has ended when its last message in flight has its outcome too.
    ended_ = is_terminal(progress.state) && progress.counts.inflight == 0;
    if (ended_) out += event_text("completed", data);
    return out;
}

Task<Answer> stream_events(Backend& backend, const Call& call) {
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    auto changes = backend.ports.changes.subscribe(*id);
    if (!changes) co_return std::unexpected(no_stream(backend.ports.changes.closed()));
    auto first = co_await progress_of(backend, call.workspace, *id);
    if (!first) co_return std::unexpected(problem(first.error()));
    Response response;
    response.headers = {{"Content-Type", "text/event-stream"}};
    response.stream =
        std::make_unique<ProgressStream>(backend, call.workspace, *id, *std::move(first), *std::move(changes));
    co_return response;
}

}  // namespace herald::api
