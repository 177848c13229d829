// POST /v1/campaigns/{id}/launch?dry_run=true

#include "domain/campaign/dry_run.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/campaign_view.hpp"
#include "api/create_command.hpp"
#include "api/dry_run_view.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"
#include "api/lists.hpp"
#include "domain/campaign/schedule.hpp"

namespace herald::api {
namespace {

constexpr std::size_t most_at_once = 2;
constexpr std::size_t others_counted = 100;
constexpr milliseconds time_to_answer{2'000};  // of the request's own

// Counts the dry runs that are going on.
class Turn {
 public:
    explicit Turn(std::size_t& running) : running_(running) { ++running_; }
    ~Turn() { --running_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

 private:
    std::size_t& running_;
};

// What the other running campaigns still need, as far as their turns come before the end of this one.
Task<Result<std::int64_t>> calls_of_others(Backend& backend, const WorkspaceId& workspace, std::int64_t own) {
    CampaignQuery query;
    query.state = CampaignState::running;
    query.limit = others_counted;
    const auto running = co_await backend.ports.campaigns.list(workspace, std::move(query));
    if (!running) co_return running.error();
    std::int64_t out = 0;
    for (const auto& other : *running) {
        std::int64_t open = other.events.queued;
        for (const auto state : all_delivery_states)
            if (!is_terminal(state)) open += other.counts[state];
        out += std::min(open, own);
    }
    co_return out;
}

std::optional<Finish> finish(const CallsNeeded& calls, const Waiting& waiting, Pace pace) {
    // Until somebody mends it; the others end by themselves.
    if (waiting.reason == WaitReason::credential) return {};
    pace.from = std::max(pace.from, waiting.until.value_or(pace.from));
    return finish_of(calls, pace);
}

struct Launchable {
    Campaign campaign;
    LaunchTerms terms;
};

// The campaign, when a launch would be taken.
Task<OrProblem<Launchable>> launchable(Backend& backend, const Call& call) {
    auto& ports = backend.ports;
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    auto command = read_launch_command(call.request.body, call.request.method, call.target.path, ports.zones);
    if (!command)
        co_return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = command.error()});
    const auto now = ports.clock.wall_now();
    command->errors.append(untimely("at", command->terms, now));
    if (!command->errors.empty()) co_return std::unexpected(validation_problem(std::move(command->errors)));
    auto campaign = co_await ports.campaigns.get(call.workspace.id, *id);
    if (!campaign) co_return std::unexpected(problem(campaign.error()));
    const auto next = next_state(campaign->state, command->terms.at ? CampaignEvent::schedule : CampaignEvent::launch);
    if (!next) co_return std::unexpected(problem(next.error()));
    if (const auto somebody = may_launch(campaign->counts.audience(), campaign->sources.size()); !somebody)
        co_return std::unexpected(problem(somebody.error()));
    if (const auto in_time = may_start(*campaign, command->terms, now); !in_time)
        co_return std::unexpected(problem(in_time.error()));
    auto sender = co_await backend.senders.at(call.workspace.id).check(campaign->sender, call.request.deadline);
    if (!sender)
        co_return std::unexpected(Problem{.status = 422,
                                          .code = "sender_not_an_admin",
                                          .detail = "the sender of the campaign is not an admin of the workspace (any "
                                                    "more), and Intercom sends only from admins"});
    campaign->sender = *std::move(sender);
    co_return Launchable{*std::move(campaign), std::move(command->terms)};
}

}  // namespace

Task<Answer> dry_run_launch(Backend& backend, const Call& call) {
    if (backend.dry_runs >= most_at_once)
        co_return std::unexpected(Problem{.status = 503,
                                          .code = "too_many_dry_runs",
                                          .detail = "other dry runs are going on",
                                          .retry_after = seconds(5)});
    const Turn turn(backend.dry_runs);
    const auto asked = co_await launchable(backend, call);
    if (!asked) co_return std::unexpected(asked.error());
    const auto& campaign = asked->campaign;

    auto& ports = backend.ports;
    const auto& workspace = call.workspace;
    auto until = call.request.deadline;
    if (until.at != SteadyTime::max()) until.at -= time_to_answer;
    const auto run = co_await dry_run(
        {ports.audiences, ports.memory, workspace.contacts, workspace.audience_search, ports.worker, ports.clock},
        campaign, workspace.planning, {}, until);
    if (!run) co_return std::unexpected(problem(run.error()));
    const auto calls = calls_needed(run->known, campaign.counts.audience(), campaign, run->sources);
    const auto own = calls.lookups.max + calls.messages.max + calls.events.max;
    const auto others = co_await calls_of_others(backend, workspace.id, own);
    if (!others) co_return std::unexpected(problem(others.error()));

    auto view = dry_run_view(campaign, *run, calls);
    const auto waiting = workspace.waiting.waiting();
    const auto rate = workspace.limits.limits().pace.rate;
    view.rate_per_second = std::round(rate * 100) / 100;
    view.waiting = {waiting.reason, waiting.until};
    const auto now = ports.clock.wall_now();
    const Pace pace{rate, std::max(now, asked->terms.at.value_or(now)), *others, campaign.max_per_minute};
    const auto end = view.uncounted_sources == 0 ? finish(calls, waiting, pace) : std::nullopt;
    if (end) view.finish.value = FinishView{end->earliest, end->latest};
    co_return json_response(200, to_json(view));
}

}  // namespace herald::api
