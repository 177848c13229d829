#pragma once
// A client, receivers on loopback that follow a script, and names that mean what a test says.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "adapters/webhook/client.hpp"
#include "tests/http/raw_server.hpp"

namespace herald::webhook::test {

using herald::test::Peer;
using herald::test::RawServer;

class ScriptedNames final : public Names {
 public:
    // What the name means, one answer after the other; the last one stays.
    void means(const std::string& name, std::vector<const char*> addresses) {
        std::vector<Address> parsed;
        for (const auto* address : addresses) parsed.push_back(boost::asio::ip::make_address(address));
        answers_[name].push_back(std::move(parsed));
    }

    Task<Result<std::vector<Address>>> addresses(std::string name, Deadline) override {
        ++asked;
        auto& left = answers_[name];
        if (left.empty()) co_return Error{Errc::not_executed, "resolve: Host not found"};
        auto answer = left.front();
        if (left.size() > 1) left.pop_front();
        co_return answer;
    }

    int asked{};

 private:
    std::map<std::string, std::deque<std::vector<Address>>> answers_;
};

// `Time` is the clock: simulated, or the real one where a socket's own time limit is the matter.
template <class Time>
class ClientFixture : public ::testing::Test {
 protected:
    ClientFixture() {
        names.means("receiver", {"127.0.0.1"});
        server.run(*io);
    }
    ~ClientFixture() override {
        server.stop();
        io->restart();
        io->poll();  // the accepting coroutine ends before the server it uses
        client.reset();
        served.reset();
        io.reset();
    }

    std::string port() { return std::to_string(server.port()); }
    std::string url(const std::string& scheme = "http") {
        return scheme + "://receiver:" + port() + "/hook/s3cret?a=b";
    }

    // The receiver's own place may be called; the rest is as a test has set it in `options`.
    WebhookClient& connect() {
        if (client) return *client;
        options.policy.insecure.push_back({"receiver", false, port()});
        client = std::make_unique<WebhookClient>(io->get_executor(), clock, names, options);
        return *client;
    }

    struct Pending {
        std::optional<Result<void>> result;
    };
    std::shared_ptr<Pending> start(WebhookCall call, Deadline deadline = {}) {
        auto out = std::make_shared<Pending>();
        boost::asio::co_spawn(*io, connect().post(std::move(call), deadline),
                              [out](std::exception_ptr bug, Result<void> result) {
                                  if (bug) std::rethrow_exception(bug);
                                  out->result = std::move(result);
                              });
        return out;
    }
    template <class Condition>
    void run_until(Condition condition) {
        io->restart();
        while (!condition() && io->run_one_for(std::chrono::seconds(10)) > 0) {
        }
        EXPECT_TRUE(condition()) << "it never came to it";
    }
    Result<void> post(WebhookCall call, Deadline deadline = {}) {
        const auto pending = start(std::move(call), deadline);
        run_until([&] { return pending->result.has_value(); });
        io->poll();
        return pending->result.value_or(Error{});
    }
    Error error_of(WebhookCall call) {
        const auto result = post(std::move(call));
        EXPECT_FALSE(result);
        const auto error = result ? Error{} : result.error();
        EXPECT_FALSE(error.detail.contains("s3cret")) << error.detail;
        return error;
    }

    WebhookCall plain() { return {.url = url(), .body = R"({"text":"hello"})"}; }

    // The next receiver reads the request and answers exactly this.
    void answer(std::string text) {
        server.expect([text = std::move(text)](Peer& peer) -> Task<void> {
            co_await peer.read_request();
            co_await peer.write(text);
            co_await peer.read_request();  // until the caller has closed
        });
    }
    static std::string status(const std::string& line, const std::string& headers = "") {
        return "HTTP/1.1 " + line + "\r\nContent-Length: 0\r\n" + headers + "\r\n";
    }

    std::unique_ptr<boost::asio::io_context> io = std::make_unique<boost::asio::io_context>();
    Time clock{make_clock()};
    std::unique_ptr<RawServer> served = std::make_unique<RawServer>(*io);
    RawServer& server = *served;
    ScriptedNames names;
    WebhookOptions options;
    std::unique_ptr<WebhookClient> client;

 private:
    Time make_clock() {
        if constexpr (std::is_constructible_v<Time, boost::asio::io_context&>)
            return Time(*io);
        else
            return Time(io->get_executor());
    }
};

}  // namespace herald::webhook::test
