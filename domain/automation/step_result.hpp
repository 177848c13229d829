#pragma once
// What the end of one attempt of a step means: done, never, or again and when. Pure.

#include <optional>
#include <span>
#include <string>

#include "domain/automation/run.hpp"
#include "domain/core/error.hpp"

namespace herald {

// How an attempt of a step ended.
struct StepResult {
    StepOutcome outcome{};  // done, failed, unknown, skipped or retried
    std::string because;
    std::string resource_id{};
    std::string request_id{};
    milliseconds again_in{};  // retried
    bool charged{};           // retried: whether it counts against the attempts
};

// How often a step is tried, and when again.
struct StepRetries {
    bool repeatable{};         // executing it twice does no harm
    bool throttling_counts{};  // being told to wait is an attempt too: nobody paces those calls
    std::span<const milliseconds> waits;
    double jitter{0.25};                     // a wait is stretched by up to this share
    milliseconds visibility_grace{120'000};  // so long after it was due a contact may not be found yet
};
extern const std::span<const milliseconds> usual_waits;    // 1-2-4 s
extern const std::span<const milliseconds> webhook_waits;  // 5 s to 5 h

// What an error of an attempt means. `chance` is uniform in [0, 1).
StepResult result_of(const Error& error, const Run& run, const StepRetries& retries, WallTime now, double chance);

// Whether executing the step twice does no harm: tags, changes of a contact, events with a fixed time, and webhooks,
// whose receiver knows a repetition by its id.
bool is_repeatable(const Step& step);
// Why the step is not for this person; nullopt: it is.
std::optional<std::string> not_for(const Step& step, const Contact& contact);

}  // namespace herald
