#pragma once
// A peer on loopback that does exactly what a test says, byte by byte.

#include <deque>
#include <functional>
#include <string>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "domain/core/task.hpp"

namespace herald::test {

// Reads one request (header and a Content-Length body); false when the client has closed.
class Peer {
 public:
    explicit Peer(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

    Task<bool> read_request() {
        const auto [error, size] =
            co_await boost::asio::async_read_until(socket_, boost::asio::dynamic_buffer(in_), "\r\n\r\n", token);
        if (error) co_return false;
        request = in_.substr(0, size);
        std::size_t length = 0;
        if (const auto at = request.find("Content-Length: "); at != std::string::npos)
            length = std::stoul(request.substr(at + 16));
        while (in_.size() < size + length) {
            char more[1024];
            const auto [failed, n] = co_await socket_.async_read_some(boost::asio::buffer(more), token);
            if (failed) co_return false;
            in_.append(more, n);
        }
        body = in_.substr(size, length);
        in_.erase(0, size + length);
        co_return true;
    }
    Task<void> write(std::string text) { co_await boost::asio::async_write(socket_, boost::asio::buffer(text), token); }
    Task<void> answer(std::string body = "{}") {
        return write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    void close() { socket_.close(); }
    void reset() {
        socket_.set_option(boost::asio::socket_base::linger(true, 0));
        socket_.close();
    }

    std::string request;  // its header
    std::string body;

 private:
    static constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    boost::asio::ip::tcp::socket socket_;
    std::string in_;
};

class RawServer {
 public:
    using Script = std::function<Task<void>(Peer&)>;

    explicit RawServer(boost::asio::io_context& io) : acceptor_(io, {boost::asio::ip::make_address("127.0.0.1"), 0}) {}

    // The next connections follow these scripts, in order; further ones are closed at once.
    void expect(Script script) { scripts_.push_back(std::move(script)); }
    void run(boost::asio::io_context& io) {
        boost::asio::co_spawn(io, accept_all(io), [](std::exception_ptr) {});
    }
    void stop() { acceptor_.close(); }
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    int accepted{};

 private:
    Task<void> accept_all(boost::asio::io_context& io) {
        for (;;) {
            auto [error, socket] = co_await acceptor_.async_accept(boost::asio::as_tuple(boost::asio::use_awaitable));
            if (error) co_return;
            ++accepted;
            Script script = [](Peer&) -> Task<void> { co_return; };
            if (!scripts_.empty()) {
                script = std::move(scripts_.front());
                scripts_.pop_front();
            }
            boost::asio::co_spawn(io, follow(std::move(script), std::move(socket)), [](std::exception_ptr) {});
        }
    }
    static Task<void> follow(Script script, boost::asio::ip::tcp::socket socket) {
        Peer peer(std::move(socket));
        co_await script(peer);
    }

    boost::asio::ip::tcp::acceptor acceptor_;
    std::deque<Script> scripts_;
};

}  // namespace herald::test
