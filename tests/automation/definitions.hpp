#pragma once
// Small automations, as tests write them.

#include <string>
#include <utility>
#include <vector>

#include "domain/automation/engine.hpp"

namespace herald::testing {

using namespace std::chrono_literals;

using AutomationRun = herald::Run;  // a fixture has a Run of its own

inline const WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1} + std::chrono::hours(12)};

inline Template text(const std::string& of) {
    return *Template::parse(of);
}

inline MessageContent content(std::string body, std::optional<std::string> subject = {}) {
    Campaign campaign;
    campaign.subject = std::move(subject);
    campaign.body = {Body::Format::text, std::move(body)};
    return *MessageContent::compile(campaign);
}

inline Step step(std::string path, StepType type, StepRule rule, OnError on_error = OnError::stop) {
    return {std::move(path), type, std::move(rule), on_error};
}
inline Step in_app(std::string path, std::string body = "Hi {{ name }}") {
    return step(std::move(path), StepType::send_in_app_notification,
                MessageStep{Channel::in_app, content(std::move(body)), {}, 7});
}
inline Step email(std::string path, std::string body = "Hi", OnError on_error = OnError::stop) {
    return step(std::move(path), StepType::send_email,
                MessageStep{Channel::email, content(std::move(body), "Hello"), {}, 7}, on_error);
}
inline Step tag(std::string path, std::string name = "new", OnError on_error = OnError::stop) {
    return step(std::move(path), StepType::add_tag, TagStep{std::move(name), true}, on_error);
}
inline Step delay(std::string path, milliseconds wait) {
    return step(std::move(path), StepType::delay, DelayStep{FixedDelay{wait}});
}
inline Step wait_for(std::string path, std::string event, milliseconds timeout, bool exit_on_timeout = false) {
    return step(std::move(path), StepType::wait_for, WaitStep{std::move(event), {}, timeout, exit_on_timeout});
}

inline Trigger on_event(std::string event, std::optional<Filter> filter = {}) {
    return {TriggerType::event_based, EventTrigger{std::move(event), std::move(filter)}};
}

inline Definition definition(Trigger trigger, Program program) {
    Definition out;
    out.name = "Onboarding";
    out.trigger = std::move(trigger);
    out.program = std::move(program);
    out.entry.rule = EntryRule::every;
    return out;
}

inline Contact ann() {
    Contact out;
    out.id = {"6762f0dd1bb69f9f2193bb83"};
    out.external_id = "ann";
    out.email = "ann@acme.example";
    out.attributes = {{"name", "Ann"}, {"email", "ann@acme.example"}, {"external_id", "ann"}, {"tier", "enterprise"}};
    return out;
}

inline IncomingEvent event(std::string name, WallTime at = noon, Scalars metadata = {}) {
    return {"evt-" + name,
            IncomingEvent::Kind::event,
            {ContactRef::Kind::external_id, "ann"},
            std::move(name),
            at,
            std::move(metadata),
            false,
            0};
}

// "/steps/0 add_tag done", and so on.
inline std::vector<std::string> said(const std::vector<TraceEntry>& trace) {
    std::vector<std::string> out;
    for (const auto& entry : trace) {
        std::string line = entry.path;
        if (entry.step) line += (line.empty() ? "" : " ") + std::string(name(*entry.step));
        out.push_back(line + (line.empty() ? "" : " ") + std::string(name(entry.outcome)));
    }
    return out;
}

}  // namespace herald::testing
