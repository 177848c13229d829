#pragma once
// What can go wrong, as callers need to tell it apart. Closed: every switch names every value.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace herald {

enum class Errc : std::uint8_t {
    // what a caller of ours did
    invalid_argument,  // the input breaks a rule; `detail` says which
    not_found,         // no such resource of ours
    conflict,          // legal input, wrong state; `detail` says the state and what is allowed
    stale,             // the resource is no longer what the caller takes it for
    key_reused,        // the idempotency key or client_ref was used for a different request
    // what Intercom did with one call
    contact_not_found,  // 404: no such contact (or not visible yet)
    contact_merged,     // 410: the contact lives on under another id (`canonical_id`)
    unsubscribed,       // 403 about this person: may not be mailed
    content_rejected,   // 400, 422 and every other refusal that repeating cannot change
    contact_conflict,   // several contacts match, or an id or address belongs to another one
    credential,         // 401, 402, 403 plan or permission: holds for the whole workspace
    rate_limited,       // 429: refused before execution
    not_executed,       // never reached Intercom: DNS, connect, TLS, failed before the last body byte
    outcome_unknown,    // may or may not have been executed: 408, 5xx, timeout or reset after the last byte
    // what we decided without asking Intercom
    contact_suppressed,    // Intercom's record of the person forbids the channel; `detail` says why
    upstream_unavailable,  // circuit open; `retry_after` says for how long
    deadline_exceeded,     // the caller's deadline ended before an attempt could start
    store_unavailable,     // our own store did not answer
    shutting_down,
};

struct Error {
    Errc code{};
    std::string detail;  // safe to show to a client; never holds a token, body or address
    std::optional<std::chrono::milliseconds> retry_after{};
    std::string upstream_code{};  // Intercom's `errors[0].code`, if it sent one
    std::string request_id{};     // Intercom's request id, if it sent one
    std::string canonical_id{};   // for contact_merged: the surviving contact, if Intercom named it

    friend bool operator==(const Error&, const Error&) = default;
};

// Whether the same call may end otherwise later, with nothing changed but the time.
bool may_pass(Errc code);

// The name of an error in logs and stored rows: the enumerator's own.
std::string_view name(Errc code);

}  // namespace herald
