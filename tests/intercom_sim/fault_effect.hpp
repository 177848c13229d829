#pragma once
// What an applied fault makes of a request: whether it takes effect, what is answered and how that ends.

#include "tests/intercom_sim/fault_engine.hpp"
#include "tests/intercom_sim/http_types.hpp"

namespace sim {

struct Course {
    enum class End : std::uint8_t { answer, rst, fin, stall, truncate, garbage };
    bool executes{true};
    bool replaced{};      // the answer is fault_reply()
    bool rate_headers{};  // of a replaced answer: those of the API have them, those of a gateway do not
    End end{End::answer};
};

Course course_of(const FaultRule* terminal);
Reply fault_reply(const FaultRule& rule, std::int64_t now_ms);
// Modifiers that change the content of an answer.
void modify(Reply& reply, const FaultPlan& plan, std::int64_t now_ms);
std::string http_date(std::int64_t unix_seconds);

}  // namespace sim
