#pragma once
// What the handlers of the operations on one contact share.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "api/backend.hpp"
#include "api/campaign_view.hpp"
#include "api/idempotency.hpp"
#include "api/json/encode.hpp"
#include "api/operation_command.hpp"
#include "api/patience.hpp"
#include "api/run_once.hpp"

namespace herald::api {

// Whom the path names: Intercom's id, `external_id:…` or `email:…`.
OrProblem<ContactRef> contact_of(const Call& call);
// The name of a tag, the last part of the path.
OrProblem<std::string> tag_of(const Call& call);

// Key, deadline and command of a write, or what is wrong with them.
template <class Command>
struct Ordered {
    RequestKey key;
    Deadline deadline;
    Command command;
};

template <class Command>
OrProblem<Ordered<Command>> ordered(Backend& backend, const Call& call, std::string_view scope,
                                    OrNoJson<Command> command) {
    auto key = idempotency_key(call);
    if (!key) return std::unexpected(std::move(key.error()));
    const auto deadline = deadline_of(call.request.headers, backend.ports.clock.now(), call.request.deadline);
    if (!deadline) return std::unexpected(deadline.error());
    if (!command)
        return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = std::move(command.error())});
    RequestKey request{std::string(scope), *std::move(key), command->request_hash};
    return Ordered<Command>{std::move(request), *deadline, *std::move(command)};
}

// Reads the body away from the event loop when it is large.
template <class Command>
Task<OrNoJson<Command>> read_body(Backend& backend, const Call& call,
                                  std::function<OrNoJson<Command>(std::string_view body)> read) {
    if (call.request.body.size() <= backend.options.worker_above) co_return read(call.request.body);
    // Shared with the work, which runs to its end even when this request is given up.
    struct Job {
        std::string body;
        std::function<OrNoJson<Command>(std::string_view)> read;
        OrNoJson<Command> result;
    };
    const auto job = std::make_shared<Job>(Job{call.request.body, std::move(read), {}});
    co_await backend.ports.worker.run([job] { job->result = job->read(job->body); });
    co_return std::move(job->result);
}

// The admin, verified as far as Intercom can be asked; nullopt: he is none, and the problem says so.
Task<OrProblem<std::int64_t>> admin_of(Backend& backend, const Call& call, Sender sender, bool named,
                                       std::string_view member, Deadline deadline);

}  // namespace herald::api
