#pragma once
// The HTTP API without sockets: a request in, a response out. The list of routes is api/routes.cpp.

#include <cstddef>
#include <memory>
#include <string_view>

#include "api/message.hpp"
#include "api/options.hpp"
#include "api/problem.hpp"

namespace herald::api {

struct Backend;

class Api {
 public:
    Api(Ports ports, Options options);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    // Never an error: what goes wrong is a problem document. Only bugs throw.
    Task<Response> handle(Request request);

    // How many bytes of body the route takes, known from the request line; more is answered with 413.
    std::size_t body_limit(std::string_view method, std::string_view target) const;
    // Whether the route reads its body as it comes: then the request needs its `stream` instead of its `body`.
    bool streams_body(std::string_view method, std::string_view target) const;

    // The operationId of the route that takes the request, for metrics; empty when none does.
    std::string_view operation(std::string_view method, std::string_view target) const;

 private:
    std::unique_ptr<Backend> backend_;
};

}  // namespace herald::api
