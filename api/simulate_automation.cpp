// POST /v1/automations/{id}/simulations

#include <memory>
#include <utility>

#include "api/automation_document.hpp"
#include "api/campaign_view.hpp"
#include "api/handlers.hpp"
#include "api/lists.hpp"
#include "api/operations.hpp"
#include "api/simulation_body.hpp"

namespace herald::api {
namespace {

Task<OrProblem<AutomationVersion>> version_named(Backend& backend, const Call& call, AutomationId id,
                                                 std::optional<std::int64_t> number) {
    std::optional<std::int64_t> before;
    if (number) before = *number + 1;
    auto found = co_await backend.ports.automations.versions(call.workspace.id, std::move(id), before, 1);
    if (!found) co_return std::unexpected(problem(found.error()));
    if (found->empty() || (number && found->front().number != *number))
        co_return std::unexpected(problem(Error{Errc::not_found, "the automation has no such version"}));
    co_return std::move(found->front());
}

// All of it, from the document to the answer's text, takes place on the worker.
struct Job {
    AutomationVersion version;
    SimulationInput input;
    const TimeZones& zones;
    Result<std::string> result = std::string();

    void run() {
        const auto definition = read_definition(version.document);
        if (!definition)
            result = Error{Errc::conflict, definition.error().detail};
        else
            result = to_json(simulation_view(version, simulate(**definition, std::move(input), zones)));
    }
};

}  // namespace

Task<Answer> simulate_automation(Backend& backend, const Call& call) {
    // Nothing changes, so there is nothing to keep for the key.
    if (const auto key = idempotency_key(call); !key) co_return std::unexpected(key.error());
    auto id = automation_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    auto command = co_await read_body<SimulationCommand>(
        backend, call, [method = call.request.method, path = call.target.path](std::string_view body) {
            return read_simulation_command(body, method, path);
        });
    if (!command)
        co_return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = command.error()});
    if (!command->errors.empty()) co_return std::unexpected(validation_problem(std::move(command->errors)));
    auto version = co_await version_named(backend, call, *std::move(id), command->version);
    if (!version) co_return std::unexpected(std::move(version.error()));
    // Shared with the work, which runs to its end even when this request is given up.
    const auto job = std::make_shared<Job>(*std::move(version), std::move(command->input), backend.ports.zones);
    co_await backend.ports.worker.run([job] { job->run(); });
    if (!job->result) co_return std::unexpected(problem(job->result.error()));
    co_return json_response(200, *std::move(job->result));
}

}  // namespace herald::api
