#pragma once
// SHA-256, and the hash that says whether two requests are the same one.

#include <memory>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace herald::api {

class Sha256 {
 public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    // Pieces are length-prefixed, so that their boundaries count.
    Sha256& add(std::string_view piece);
    // Equal for equal values: the order of an object's members does not count.
    Sha256& add_json(const boost::json::value& value);
    std::string hex();  // ends the hash

 private:
    void update(const void* data, std::size_t size);

    struct Context;
    std::unique_ptr<Context> context_;
};

// What two requests under one idempotency key must share: method, path and body.
std::string request_hash(std::string_view method, std::string_view path, const boost::json::value& body);

}  // namespace herald::api
