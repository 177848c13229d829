#pragma once
// gzip, for answers that are worth it and clients that take it.

#include <memory>

#include "api/message.hpp"
#include "domain/core/task.hpp"
#include "domain/ports/worker.hpp"

namespace herald::api {

// Whether Accept-Encoding takes gzip, and no less than the plain form. An absent field does not.
bool takes_gzip(const Headers& headers);

// Compresses the body, or the stream, of an answer of at least 1 KiB, and names the other representation: its entity
// tag ends in -gzip. Event streams stay as they are, so that no event waits for another. Large bodies are left to the
// worker.
Task<void> compress(const Request& request, Response& response, Worker& worker);

}  // namespace herald::api
