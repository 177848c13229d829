#pragma once
// The one place where an answer of Intercom, or its absence, becomes an error of ours. A total function of
// status, code, message and phase: status first, code second, message last, because new codes appear
// without notice.

#include "adapters/http/exchange.hpp"
#include "domain/core/error.hpp"

namespace herald::intercom {

// For an answer that is not the success the operation expects; also for a 2xx without the content it must have.
Error translate(const http::Reply& reply);

// For a call that got no answer.
Error translate(const http::Failure& failure);

// The surviving contact that a 410 names in its Link header; empty when it names none.
std::string canonical_contact(const http::Reply& reply);

}  // namespace herald::intercom
