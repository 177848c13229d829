#pragma once
// Reads an answer from the bytes of a connection into a Reply, without the detour of a Beast message.

#include <algorithm>
#include <cstdint>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>

#include "adapters/http/exchange.hpp"

namespace herald::http {

class ReplyParser final : public boost::beast::http::basic_parser<false> {
 public:
    ReplyParser() {
        eager(true);
        reply_.headers.reserve(usual_headers);
    }

    int status() const { return reply_.status; }
    Reply release() { return std::move(reply_); }

 private:
    using Text = boost::beast::string_view;
    using Code = boost::beast::error_code;
    static constexpr std::size_t usual_headers = 16;
    static constexpr std::uint64_t reserved_at_most = 64UL * 1024;

    void on_request_impl(boost::beast::http::verb, Text, Text, int, Code&) override {}
    void on_response_impl(int status, Text, int, Code&) override { reply_.status = status; }
    void on_field_impl(boost::beast::http::field, Text name, Text value, Code&) override {
        reply_.headers.emplace_back(name, value);
    }
    void on_header_impl(Code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override {
        if (length) reply_.body.reserve(std::min(*length, reserved_at_most));
    }
    std::size_t on_body_impl(Text body, Code&) override { return append(body); }
    void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code&) override { return append(body); }
    void on_finish_impl(Code&) override {}

    std::size_t append(Text bytes) {
        reply_.body.append(bytes);
        return bytes.size();
    }

    Reply reply_;
};

}  // namespace herald::http
