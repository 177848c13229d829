#pragma once
// What the tests of automations share.

#include <string>

#include "tests/api/api_fixture.hpp"

namespace herald::test {

class AutomationTest : public ApiTest {
 protected:
    static json::object tagging() {
        return json::parse(R"({"name":"Tag newcomers","trigger":{"type":"event_based","event":"user_created"},
            "steps":[{"type":"add_tag","tag":"newcomer"}]})")
            .as_object();
    }
    static json::object with_trigger(std::string_view trigger) {
        auto out = tagging();
        out["trigger"] = json::parse(trigger);
        return out;
    }
    static json::object with_steps(std::string_view steps) {
        auto out = tagging();
        out["steps"] = json::parse(steps);
        return out;
    }
    api::Response automate(const json::value& body, api::Headers headers = {}) {
        return send("POST", "/v1/automations", json::serialize(body), std::move(headers));
    }
    // What is wrong with a body; empty: it was taken.
    Mistakes wrong(const json::value& body) {
        const auto response = automate(body);
        if (response.status == 201) return {};
        EXPECT_EQ(response.status, 422) << response.body;
        return mistakes(response);
    }
    std::string detail_of(const json::value& body) {
        const auto response = automate(body);
        const auto answer = parsed(response);
        return std::string(answer.at("errors").as_array().at(0).at("detail").as_string());
    }
    std::string automation() { return "/v1/automations/" + automations.only().id.value; }
    api::Response post(const std::string& verb, std::string body = {}, api::Headers headers = {}) {
        return send("POST", automation() + "/" + verb, std::move(body), std::move(headers));
    }
    api::Response patch(const json::value& body, api::Headers headers = {}) {
        return send("PATCH", automation(), json::serialize(body), std::move(headers));
    }
    static api::Headers key(std::string_view value) { return {{"Idempotency-Key", std::string(value)}}; }

    // An active run of the only automation, and of its latest version.
    herald::Run& given_run(std::int64_t number, std::string contact = "6762f2391bb69f9f2193bc19") {
        const auto now = clock.wall_now();
        auto& run = automations.all_runs.emplace_back();
        run.number = number;
        run.automation = automations.only().id;
        run.version = automations.only().version;
        run.contact.value = std::move(contact);
        run.event_id = "crm-1";
        run.event_name = "user_created";
        run.due_at = now;
        run.wake_at = now;
        run.started_at = now;
        return run;
    }
};

}  // namespace herald::test
