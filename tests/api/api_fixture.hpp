#pragma once
// The API with everything behind it faked, on simulated time.

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "api/api.hpp"
#include "tests/api/fake_audit_log.hpp"
#include "tests/api/fake_automations.hpp"
#include "tests/api/fake_campaign_store.hpp"
#include "tests/api/fake_operations.hpp"
#include "tests/api/fake_people.hpp"
#include "tests/support/manual_clock.hpp"

namespace herald::test {

namespace json = boost::json;

class FakeAdmins final : public AdminDirectory {
 public:
    std::vector<Admin> known{{991267816, "Ann", "ann@acme.example"}, {7, "Bob", "bob@acme.example"}};
    std::optional<Error> fails;
    int asked{};
    Deadline deadline;

    Task<Result<std::vector<Admin>>> admins(Deadline until) override {
        ++asked;
        deadline = until;
        if (fails) co_return *fails;
        co_return known;
    }
};

class FakeAudienceSearch final : public AudienceDirectory {
 public:
    std::optional<Error> fails;
    std::vector<AudienceQuery> checked;
    Result<ContactPage> page = Error{Errc::not_found, "no page was scripted"};
    Deadline deadline;

    Task<Result<void>> check(AudienceQuery query, Deadline until) override {
        checked.push_back(std::move(query));
        deadline = until;
        if (fails) co_return *fails;
        co_return Result<void>{};
    }
    Task<Result<ContactPage>> members(AudienceQuery, std::optional<std::string>, std::size_t, Deadline) override {
        co_return page;
    }
};

class FakeWaiting final : public WaitingSource {
 public:
    Waiting now;
    Waiting waiting() const override { return now; }
};

class FakeLimits final : public LimitsSource {
 public:
    Limits now;
    Limits limits() const override { return now; }
};

// Every zone that is not on Mars is two hours east. The real ones have tests of their own.
class FakeZones final : public TimeZones {
 public:
    bool known(const std::string& zone) const override { return !zone.starts_with("Mars/") && zone.contains('/'); }
    WallTime instant(const std::string&, LocalTime local) const override {
        return WallTime{local.time_since_epoch()} - std::chrono::hours(2);
    }
    ZoneOffset offset_at(const std::string&, WallTime) const override {
        return {std::chrono::hours(2), WallTime{} - std::chrono::years(1'000), WallTime{} + std::chrono::years(1'000)};
    }
};

class InlineWorker final : public Worker {
 public:
    int runs{};
    Task<void> run(std::function<void()> work) override {
        ++runs;
        work();
        co_return;
    }
};

// A body that comes in pieces, and may break off.
class PiecewiseBody final : public api::BodySource {
 public:
    std::deque<std::string> pieces;
    std::optional<api::BodyFailure> fails;  // after the last piece
    std::size_t reads{};

    Task<std::expected<std::string, api::BodyFailure>> read() override {
        ++reads;
        if (pieces.empty() && fails) co_return std::unexpected(*fails);
        if (pieces.empty()) co_return std::string();
        auto piece = std::move(pieces.front());
        pieces.pop_front();
        co_return piece;
    }
};

class ApiTest : public ::testing::Test {
 protected:
    ApiTest() {
        store.announce = [this](const CampaignId& id) { changes.notify(id); };
    }

    boost::asio::io_context io;
    ManualClock clock{io};
    SeededRandom random;
    FakeCampaignStore store;
    FakeRecords records;
    FakeAudiences audiences;
    FakeMemory memory;
    FakeDirectory directory;
    FakeAuditLog audit;
    FakeAdmins admins;
    FakeAudienceSearch searching;
    FakeWaiting waiting;
    FakeLimits limits;
    FakeMessages messages;
    FakeRequestLog& requests{messages};
    FakePersonalData people;
    FakeIntercom intercom;
    FakeGate gate;
    ContactDesk desk{{intercom, intercom, intercom, gate, clock}, {"acme"}};
    api::ChangeFeed changes{clock, 2};
    InlineWorker worker;
    FakeZones zones;
    FakeAutomationStore automations;
    FakeAutomationEngine engine;
    FakeWebhooks webhooks;
    bool draining{};
    std::vector<ApiKey> keys;  // of the next make_api
    std::vector<std::string> refusals;
    std::unique_ptr<api::Api> api = make_api(991267816);

    std::unique_ptr<api::Api> make_api(std::optional<std::int64_t> default_admin) {
        return std::make_unique<api::Api>(
            api::Ports{store,
                       records,
                       audiences,
                       memory,
                       audit,
                       messages,
                       requests,
                       people,
                       changes,
                       worker,
                       clock,
                       random,
                       zones,
                       automations,
                       webhooks,
                       {{{"acme"}, default_admin, admins, directory, searching, waiting, limits, desk, engine}}},
            api::Options{.openapi = "openapi: 3.0.3\n",
                         .docs = "<p>docs</p>",
                         .docs_style = "sha256-x",
                         .metrics = [] { return std::string("herald_up 1\n"); },
                         .draining = [this] { return draining; },
                         .keys = keys,
                         .on_refused = [this](std::string_view reason) { refusals.emplace_back(reason); }});
    }

    Started<api::Response> start_sending(std::string method, std::string target, std::string body = {},
                                         api::Headers headers = {}, seconds patience = seconds(30)) {
        if (!body.empty() && !headers.get("Content-Type")) headers.set("Content-Type", "application/json");
        api::Request request{.method = std::move(method),
                             .target = std::move(target),
                             .headers = std::move(headers),
                             .body = std::move(body),
                             .request_id = "req_1",
                             .deadline = Deadline::after(clock.now(), patience)};
        return start(io, api->handle(std::move(request)));
    }
    api::Response send(std::string method, std::string target, std::string body = {}, api::Headers headers = {},
                       seconds patience = seconds(30)) {
        auto started =
            start_sending(std::move(method), std::move(target), std::move(body), std::move(headers), patience);
        EXPECT_TRUE(started.done());
        return std::move(started.get());
    }
    api::Response get(std::string target, api::Headers headers = {}) {
        return send("GET", std::move(target), {}, std::move(headers));
    }
    api::Response create(const json::value& body, api::Headers headers = {}) {
        return send("POST", "/v1/campaigns", json::serialize(body), std::move(headers));
    }
    api::Response act(const std::string& verb, std::string body = {}, api::Headers headers = {},
                      seconds patience = seconds(30)) {
        return send("POST", path() + "/" + verb, std::move(body), std::move(headers), patience);
    }
    // The path of the only campaign.
    std::string path() { return "/v1/campaigns/" + store.only().id.value; }

    static json::object email_campaign() {
        return json::parse(R"({"name":"Day 1","channel":"email","template_type":"onboarding","subject":"Hi {{name}}",
            "body_html":"<p>Hi</p>","audience":{"contacts":[{"external_id":"c-1"},{"email":"b@x.org"}]}})")
            .as_object();
    }
    static json::object in_app_campaign() {
        return json::parse(R"({"name":"Day 1","channel":"in_app","template_type":"custom","body_text":"Hi",
            "audience":{"contacts":[{"id":"6320b1c7e5a1f20017a3c0de"}]}})")
            .as_object();
    }
    void given_campaign(bool launched = false) {
        auto body = email_campaign();
        body["launch"] = launched;
        ASSERT_EQ(create(body).status, 201);
    }

    static json::value parsed(const api::Response& response) { return json::parse(response.body); }
    static std::string code(const api::Response& response) {
        return std::string(parsed(response).at("code").as_string());
    }
    static std::string header(const api::Response& response, std::string_view name) {
        return std::string(response.headers.get(name).value_or(""));
    }
    // pointer -> code. Several mistakes at one place are joined.
    static std::map<std::string, std::string> mistakes(const api::Response& response) {
        std::map<std::string, std::string> out;
        for (const auto& error : parsed(response).at("errors").as_array()) {
            auto& codes = out[std::string(error.at("pointer").as_string())];
            codes += (codes.empty() ? "" : " ") + std::string(error.at("code").as_string());
        }
        return out;
    }
};

using Mistakes = std::map<std::string, std::string>;

}  // namespace herald::test
