#include "api/event_intake.hpp"

#include <utility>

#include <fmt/format.h>

#include "api/digest.hpp"
#include "api/run_once.hpp"

namespace herald::api {
namespace {

constexpr std::size_t id_digits = 32;

Task<Result<void>> attempt(AutomationEngine& automations, IncomingEvent event, Result<Taken>& out) {
    std::vector<IncomingEvent> one;
    one.push_back(std::move(event));
    auto taken = co_await automations.take(std::move(one));
    if (!taken) {
        out = taken.error();
        co_return taken.error();
    }
    out = std::move(taken->front());
    co_return Result<void>{};
}

}  // namespace

Task<Result<Taken>> take_patiently(Clock& clock, AutomationEngine& automations, IncomingEvent event) {
    Result<Taken> out = Taken{};
    co_await persist(clock, [&] { return attempt(automations, event, out); });
    co_return out;
}

IncomingEvent incoming(const Backend& backend, EventCommand command, const std::string& key, std::size_t place,
                       WallTime at) {
    const bool made_up = !command.id && key.empty();
    auto id = command.id    ? *std::move(command.id)
              : key.empty() ? make_id("evt", at, backend.ports.random)
                            : fmt::format("key_{}_{}", Sha256().add(key).hex().substr(0, id_digits), place);
    return {.id = std::move(id),
            .kind = IncomingEvent::Kind::event,
            .contact = std::move(command.contact),
            .name = std::move(command.name),
            .at = at,
            .metadata = std::move(command.metadata),
            .track = command.track,
            .unrepeatable = made_up};
}

}  // namespace herald::api
