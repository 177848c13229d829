#pragma once
// What the end of an attempt means.

#include <string>

#include "adapters/http/exchange.hpp"
#include "domain/core/result.hpp"
#include "domain/core/time.hpp"

namespace herald::webhook {

// As Webhooks::post promises. What the receiver wrote is not looked at, so that none of it shows anywhere.
Result<void> translate(const http::Outcome& outcome, const std::string& host, WallTime now);

}  // namespace herald::webhook
