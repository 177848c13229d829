#include "api/authorization.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/json/text.hpp"

namespace herald::api {
namespace {

constexpr std::size_t longest_key = 512;
constexpr std::string_view scheme = "bearer ";

Problem unauthorized(std::string code, std::string detail, std::string_view error) {
    return {.status = 401,
            .code = std::move(code),
            .detail = std::move(detail),
            .headers = {{"WWW-Authenticate", fmt::format("Bearer realm=\"herald\"{}", error)}}};
}

// The key in `Authorization: Bearer <key>`; the scheme in any case.
OrProblem<std::string_view> presented_key(const Headers& headers) {
    const auto field = headers.get("Authorization");
    if (!field) return std::unexpected(unauthorized("key_required", "send Authorization: Bearer and an API key", ""));
    const bool bearer = field->size() > scheme.size() &&
                        std::ranges::equal(field->substr(0, scheme.size()), scheme,
                                           [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
    if (!bearer)
        return std::unexpected(
            unauthorized("key_required", "Authorization is not of the form Bearer and an API key", ""));
    auto key = field->substr(scheme.size());
    key.remove_prefix(std::min(key.find_first_not_of(' '), key.size()));
    return key;
}

Problem unknown_key() {
    return unauthorized("key_unknown", "the API key is not known here, or was revoked", ", error=\"invalid_token\"");
}

std::vector<WorkspaceId> configured(const Backend& backend) {
    std::vector<WorkspaceId> out;
    for (const auto& workspace : backend.ports.workspaces) out.push_back(workspace.id);
    return out;
}

std::string listed(const std::vector<WorkspaceId>& workspaces) {
    std::vector<std::string_view> names;
    for (const auto& id : workspaces) names.push_back(id.value);
    return fmt::format("{}", fmt::join(names, ", "));
}

Problem wrong_workspace(std::string code, std::string_view why, const std::vector<WorkspaceId>& workspaces) {
    return {.status = 400,
            .code = std::move(code),
            .detail = fmt::format("{}; Herald-Workspace is one of: {}", why, listed(workspaces))};
}

Problem forbidden_workspace(const ApiKey& key, std::string_view named) {
    return {
        .status = 403,
        .code = "workspace_forbidden",
        .detail = fmt::format("the API key {} may not use the workspace that Herald-Workspace names; it is one of: {}",
                              key.name, listed(key.workspaces)),
        .headers = {{"WWW-Authenticate", "Bearer realm=\"herald\", error=\"insufficient_scope\""}},
        .forbidden_workspace = utf8_length(named) ? std::string(named) : std::string()};
}

bool stops_messages(const Route* route) {
    if (route == nullptr) return false;
    return route->operation == "pauseCampaign" || route->operation == "cancelCampaign" ||
           route->operation == "deactivateAutomation";
}

const Workspace* find_workspace(const Backend& backend, const WorkspaceId& id) {
    return &*std::ranges::find(backend.ports.workspaces, id, &Workspace::id);
}

}  // namespace

bool is_access_problem(std::string_view code) {
    return std::ranges::find(access_problems, code) != access_problems.end();
}

bool needs_key(const Target& target) {
    return !target.segments.empty() && target.segments.front() == "v1";
}

OrProblem<Principal> identify(const Backend& backend, const Target& target, const Headers& headers) {
    if (!needs_key(target) || !backend.keys.required()) return Principal{.actor = std::string(anonymous)};
    const auto text = presented_key(headers);
    if (!text) return std::unexpected(text.error());
    if (text->empty() || text->size() > longest_key) return std::unexpected(unknown_key());
    auto key = backend.keys.find(*text);
    if (!key) return std::unexpected(unknown_key());
    return Principal{.actor = key->name, .key = key};
}

std::optional<Problem> count(Backend& backend, Principal& caller, const Route* route) {
    if (!caller.key) return {};
    const auto per_minute = caller.key->requests_per_minute.value_or(backend.options.requests_per_minute);
    const auto quota = quota_of(per_minute);
    const auto admitted = backend.admission.admit(caller.key->hash, per_minute, backend.ports.clock.now());
    caller.quota.set("RateLimit-Policy", fmt::format("\"key\";q={};w={}", quota.at_once, quota.window.count()));
    caller.quota.set("RateLimit", fmt::format("\"key\";r={};t={}", admitted.remaining,
                                              std::chrono::ceil<seconds>(admitted.full_in).count()));
    if (admitted.let_in || stops_messages(route)) return {};
    return Problem{.status = 429,
                   .code = "quota_exceeded",
                   .detail = fmt::format("the API key {} may make {} requests a minute, {} of them at once",
                                         caller.key->name, per_minute, quota.at_once),
                   .retry_after = admitted.next_in};
}

std::optional<Problem> check_scope(const Principal& caller, const Route& route) {
    if (!caller.key || !route.scope || caller.key->scopes.allow(*route.scope)) return {};
    const auto scope = name(*route.scope);
    return Problem{
        .status = 403,
        .code = "scope_missing",
        .detail = fmt::format("the API key {} has not the scope {}; it has: {}", caller.key->name, scope,
                              caller.key->scopes.text(", ")),
        .headers = {{"WWW-Authenticate",
                     fmt::format("Bearer realm=\"herald\", error=\"insufficient_scope\", scope=\"{}\"", scope)}},
        .missing_scope = std::string(scope)};
}

// Never a guess: with several workspaces, a request that names none could reach the wrong people.
OrProblem<const Workspace*> workspace_of(const Backend& backend, const Principal& caller, const Route& route,
                                         const Headers& headers) {
    if (!route.scope) return &backend.ports.workspaces.front();
    const auto all = configured(backend);
    const ApiKey open{.name = std::string(anonymous), .hash = {}, .scopes = {}, .workspaces = all};
    const auto& key = caller.key ? *caller.key : open;
    const auto named = headers.get("Herald-Workspace");
    const auto id = herald::workspace_of(key, named, all);
    if (id) return find_workspace(backend, *id);
    if (id.error() == WorkspaceFault::unnamed)
        return std::unexpected(wrong_workspace("workspace_required", "there are several workspaces", key.workspaces));
    if (id.error() == WorkspaceFault::forbidden && caller.key)
        return std::unexpected(forbidden_workspace(key, named.value_or("")));
    return std::unexpected(wrong_workspace("unknown_workspace", "there is no such workspace", key.workspaces));
}

}  // namespace herald::api
