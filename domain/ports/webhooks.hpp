#pragma once
// What automations ask of other people's systems: to take a JSON text at a URL that a customer has named. Such a URL
// is a secret (who knows one of Slack's may post there): no `detail` holds more of it than the host.

#include <optional>
#include <string>

#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald {

struct WebhookCall {
    std::string url;
    std::string id;    // of the message: the same in every attempt, so that a receiver recognises a repetition
    WallTime at{};     // of this attempt; receivers refuse what was signed minutes ago
    std::string body;  // JSON, at most 256 KiB
    bool is_signed{};  // as Standard Webhooks has it, with the configured secrets; else `id` and `at` are not sent
};

class Webhooks {
 public:
    virtual ~Webhooks() = default;

    // Why this URL is never called, as far as its text and the configuration say: scheme, credentials, fragment, port,
    // no proper host, an address that is not public, not on the allow-list. Any thread.
    virtual std::optional<std::string> refusal(const std::string& url) const = 0;
    // Whether there is a secret: without one, signed calls are refused. Any thread.
    virtual bool can_sign() const = 0;

    // Exactly one attempt, of 15 s at most, after waiting for its turn: few go out at once, and fewer to one receiver.
    // A value: the receiver said 2xx. Errors:
    //   content_rejected  final, repeating changes nothing: a refused URL, address or body, a redirect, 4xx. `detail`
    //                     says which; `upstream_code` is "http_410" when the receiver says that the URL is gone for
    //                     good
    //   rate_limited      429, with `retry_after` when the receiver said one
    //   not_executed      safe to repeat: no turn before the deadline, name not resolved, no connection, no TLS, failed
    //                     before the last byte was handed over, 425
    //   outcome_unknown   5xx (with `retry_after` as above), 408, no answer in time or none that can be read: the
    //                     receiver may have acted. Repeat it only where the receiver knows a repetition by its `id`
    //   shutting_down     nothing was tried
    virtual Task<Result<void>> post(WebhookCall call, Deadline deadline) = 0;
};

}  // namespace herald
