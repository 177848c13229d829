#pragma once
// Answers as bytes. Written by hand, because faults need answers no HTTP library would write.

#include "tests/intercom_sim/fault_engine.hpp"
#include "tests/intercom_sim/http_types.hpp"

namespace sim {

std::string to_wire(const Reply& reply, const FaultPlan& faults, bool keep_alive, std::int64_t now_ms);
// Half of the body, announced as whole.
std::string truncated(std::string wire);
std::string garbage();

}  // namespace sim
