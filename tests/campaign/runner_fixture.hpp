#pragma once
// The sending loop with the real gate, a store in memory and a scripted Intercom, on simulated time.

#include <deque>
#include <set>

#include <gtest/gtest.h>

#include "adapters/resilience/gate.hpp"
#include "domain/campaign/runner.hpp"
#include "tests/support/in_memory_store.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_exchange.hpp"

namespace herald::test {

using namespace std::chrono_literals;

// Intercom as the loop sees it: every send takes `latency` and gets the next scripted outcome, or a receipt.
class ScriptedIntercom final : public Messenger, public ContactDirectory, public ContactCreator, public AdminDirectory {
 public:
    explicit ScriptedIntercom(Clock& clock) : clock_(clock) {}

    Task<Result<Receipt>> deliver(const OutboundMessage& message, Deadline) override {
        const auto to = message.to.value;
        sent.push_back({to, clock_.now()});
        std::optional<Error> answer;
        if (!script.empty()) {
            answer = std::move(script.front());
            script.pop_front();
        }
        co_await clock_.sleep_for(latency);
        if (answer) co_return std::move(*answer);
        co_return Receipt{"m-" + to, "r"};
    }
    Task<Result<std::vector<Lookup>>> find(std::vector<ContactRef> refs, Deadline) override {
        ++lookups;
        for (const auto& ref : refs)
            if (ref.value == unanswerable) co_return Error{Errc::content_rejected, "400"};
        std::vector<Lookup> out;
        for (const auto& ref : refs) {
            if (unknown.contains(ref.value))
                out.push_back({{}, SkipReason::not_found});
            else
                out.push_back({person(ref), {}});
        }
        co_return out;
    }
    Task<Result<Creation>> create(NewContact someone, Deadline) override {
        created.push_back(someone);
        if (creations.empty()) {
            unknown.erase(someone.ref.value);
            co_return Creation{{person(someone.ref), {}}, true, {}};
        }
        auto next = std::move(creations.front());
        creations.pop_front();
        co_return next;
    }
    Task<Result<std::vector<Admin>>> admins(Deadline) override {
        ++asked_for_admins;
        co_return known_admins;
    }

    struct Sent {
        std::string to;
        SteadyTime at;
    };
    std::vector<Sent> sent;
    std::deque<std::optional<Error>> script;  // nullopt: a receipt
    std::vector<Admin> known_admins{{7, "Ann", "ann@example.com"}};
    milliseconds latency{150};
    std::string unanswerable;
    int lookups{};
    int asked_for_admins{};
    std::set<std::string> unknown;           // until they are created
    std::vector<NewContact> created;         // what was asked for
    std::deque<Result<Creation>> creations;  // what is answered; when there is none, the person is created

    static Contact person(const ContactRef& ref) {
        Contact contact;
        contact.id.value = ref.value;
        contact.email = ref.value + "@example.com";
        return contact;
    }

 private:
    Clock& clock_;
};

class RunnerTest : public ::testing::Test {
 protected:
    RunnerTest() {
        options.limiter.initial_limit = 1667;
        campaign.id.value = "cmp_1";
        campaign.workspace.value = "w";
        campaign.state = CampaignState::running;
        campaign.subject = "Hi";
        campaign.body = {Body::Format::html, "<p>Hi {{ name | default: \"you\" }}</p>"};
        campaign.sender = {7, {}, true};
    }
    // Lets every coroutine end before what it uses goes.
    ~RunnerTest() override {
        store.down = false;
        runner->stop();
        clock.advance(120s);
        EXPECT_TRUE(ended);
        runner.reset();
    }

    static std::vector<Recipient> people(const std::string& prefix, int count) {
        std::vector<Recipient> audience;
        for (int i = 0; i < count; ++i)
            audience.push_back({{ContactRef::Kind::external_id, prefix + std::to_string(i)}, {}});
        return audience;
    }
    void start(int count) {
        store.add(campaign, people("p", count));
        start();
    }
    void start() {
        gate = std::make_unique<resilience::Gate>(clock, random, upstream, http::Call{.method = "GET", .target = "/me"},
                                                  breaker.emplace(breaker_options), options);
        runner = std::make_unique<CampaignRunner>(
            loop->get_executor(),
            RunnerPorts{store, store, store, intercom, intercom, intercom, intercom, *gate, clock, random},
            WorkspaceId{"w"}, runner_options, RunnerEvents{},
            [](const std::exception_ptr& bug) { std::rethrow_exception(bug); });
        boost::asio::co_spawn(*loop, runner->run(), [this](const std::exception_ptr&) { ended = true; });
        clock.settle();
    }
    std::int64_t count(DeliveryState state) const { return store.counts()[state]; }

    std::unique_ptr<boost::asio::io_context> loop = std::make_unique<boost::asio::io_context>();
    ManualClock clock{*loop};
    SeededRandom random;
    ScriptedExchange upstream;  // what the gate's own probes meet
    resilience::GateOptions options;
    RunnerOptions runner_options;
    Campaign campaign;
    InMemoryStore store{clock};
    ScriptedIntercom intercom{clock};
    resilience::BreakerOptions breaker_options;
    std::optional<resilience::CircuitBreaker> breaker;
    std::unique_ptr<resilience::Gate> gate;
    std::unique_ptr<CampaignRunner> runner;
    bool ended{};
};

}  // namespace herald::test
