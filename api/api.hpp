#pragma once
// The HTTP API without sockets: a request in, a response out. The list of routes is api/routes.cpp.

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "api/message.hpp"
#include "api/options.hpp"
#include "api/problem.hpp"
#include "domain/ports/key_store.hpp"

namespace herald::api {

struct Backend;

// What the request line alone says.
struct Intake {
    std::string_view operation;  // the operationId of the route that takes the request; empty when none does
    std::size_t body_limit{};    // how many bytes of body the route takes; more is answered with 413
    bool streams{};              // the route reads its body as it comes: the request needs `stream` instead of `body`
};

class Api {
 public:
    Api(Ports ports, Options options);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    // Never an error: what goes wrong is a problem document. Only bugs throw.
    Task<Response> handle(Request request);

    // The keys in the database as they are now: the API asks for one from the first on.
    void take_keys(const StoredKeys& stored);
    bool asks_for_key() const;

    Intake intake(std::string_view method, std::string_view target) const;

    // The refusal of a request whose header is enough to refuse it, so that its body need not come.
    std::optional<Response> refusal(const Request& request) const;

 private:
    std::unique_ptr<Backend> backend_;
};

}  // namespace herald::api
