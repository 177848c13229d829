#include "tests/intercom_sim/reply.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "tests/intercom_sim/rng.hpp"

namespace sim {

namespace json = boost::json;

Reply ok(const json::value& body) {
    return {.status = 200, .body = json::serialize(body), .headers = {}};
}

Reply empty_reply(int status) {
    return {.status = status, .body = {}, .content_type = {}, .headers = {}};
}

std::string new_request_id() {
    static Rng ids(0x1d);
    const std::uint64_t a = ids.bits();
    const std::uint64_t b = ids.bits();
    return fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", a >> 32U, (a >> 16U) & 0xffffU, a & 0xfffU, b >> 52U,
                       b & 0xffffffffffffU);
}

Reply error_reply(int status, std::string_view code, std::string_view message) {
    const json::object error{{"code", code}, {"message", message}};
    return {.status = status,
            .body = json::serialize(
                json::object{{"type", "error.list"}, {"request_id", new_request_id()}, {"errors", json::array{error}}}),
            .headers = {}};
}

Reply error_reply(const ApiError& error) {
    Reply reply = error_reply(error.status, error.code, error.message);
    if (!error.link.empty()) reply.headers.emplace_back("Link", error.link);
    return reply;
}

}  // namespace sim
