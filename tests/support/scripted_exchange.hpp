#pragma once
// The other side of the wire, scripted: answers in order, and every call is remembered.

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "adapters/http/exchange.hpp"

namespace herald::test {

class ScriptedExchange final : public http::Exchange {
 public:
    // The next `times` calls get this answer; when the script has run out, every call gets a plain 200.
    ScriptedExchange& reply(int status, int times = 1, std::vector<http::Header> headers = {},
                            std::string body = "{}") {
        for (int i = 0; i < times; ++i) script_.emplace_back(http::Reply{status, headers, body});
        return *this;
    }
    ScriptedExchange& fail(http::Phase phase, int times = 1) {
        for (int i = 0; i < times; ++i)
            script_.emplace_back(std::unexpected(http::Failure{phase, std::string(http::name(phase))}));
        return *this;
    }

    Task<http::Outcome> send(const http::Call& call, Deadline /*deadline*/) override {
        calls.push_back(call);
        if (script_.empty()) co_return http::Reply{200, {}, "{}"};
        auto next = std::move(script_.front());
        script_.pop_front();
        co_return next;
    }

    std::vector<http::Call> calls;

 private:
    std::deque<http::Outcome> script_;
};

}  // namespace herald::test
