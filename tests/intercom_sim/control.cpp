// The control endpoints under /_sim/.

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "tests/intercom_sim/app.hpp"
#include "tests/intercom_sim/clock.hpp"

namespace sim {

namespace json = boost::json;

namespace {

Reply done(json::object details) {
    details["ok"] = true;
    return ok(details);
}

}  // namespace

Reply App::control(const Request& request) {
    if (!request.loopback) return error_reply(403, "forbidden", "Only from the same machine");
    const std::string operation = fmt::format("{} {}", request.method, request.path);
    if (operation == "GET /_sim/stats") {
        json::object stats = world_.stats.to_json(wall_ms());
        stats["limit"] = limiter_.limit();
        stats["contacts"] = world_.contacts.listed();
        stats["ledger_lines"] = world_.ledger.recorded();
        stats["fault_rules"] = faults_.size();
        return ok(stats);
    }
    if (operation == "POST /_sim/reset-stats") {
        world_.stats = Stats{};
        return done({});
    }
    if (operation == "POST /_sim/faults") {
        auto rules = parse_fault_text(request.body);
        if (!rules) return error_reply(400, "parameter_invalid", rules.error());
        faults_.load(std::move(*rules), steady_ms());
        return done({{"rules", faults_.size()}});
    }
    if (operation == "POST /_sim/limit") {
        boost::system::error_code error;
        const json::value body = json::parse(request.body, error);
        const json::value* limit = !error && body.is_object() ? body.get_object().if_contains("limit") : nullptr;
        if (!limit || !limit->is_int64() || limit->get_int64() < 0) {
            return error_reply(400, "parameter_invalid", "limit must be a number of calls, 0 for none");
        }
        limiter_.set_limit(limit->get_int64());
        return done({{"limit", limiter_.limit()}});
    }
    return error_reply(404, "not_found", "No such control endpoint; see --help");
}

}  // namespace sim
