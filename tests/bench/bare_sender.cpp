// The yardstick of tests/bench: POSTs given bodies over keep-alive connections, the plain way with Beast. No
// store, no limiter, no retries. Like the other senders it loads the bodies, says "ready", waits for a line on
// stdin, sends, says how it went, and stays until stdin ends, so that its CPU time can be read from outside.
//
// bare-sender PORT FILE CONNECTIONS: FILE has one body a line.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

struct Work {
    asio::ip::tcp::endpoint server;
    std::vector<std::string> bodies;
    std::size_t next{};
    std::size_t accepted{};
    std::size_t failed{};
};

http::request<http::string_body> message(const Work& work, std::string body) {
    http::request<http::string_body> request(http::verb::post, "/messages", 11);
    request.set(http::field::host, "127.0.0.1:" + std::to_string(work.server.port()));
    request.set(http::field::user_agent, "bare");
    request.set(http::field::authorization, "Bearer test-token");
    request.set("Intercom-Version", "2.16");
    request.set(http::field::accept, "application/json");
    request.set(http::field::content_type, "application/json");
    request.body() = std::move(body);
    request.prepare_payload();
    return request;
}

asio::awaitable<void> send_some(Work& work) {
    boost::beast::tcp_stream stream(co_await asio::this_coro::executor);
    co_await stream.async_connect(work.server, asio::use_awaitable);
    stream.socket().set_option(asio::ip::tcp::no_delay(true));
    boost::beast::flat_buffer buffer;
    while (work.next < work.bodies.size()) {
        const auto request = message(work, work.bodies[work.next++]);
        stream.expires_after(std::chrono::seconds(30));
        co_await http::async_write(stream, request, asio::use_awaitable);
        http::response<http::string_body> response;
        co_await http::async_read(stream, buffer, response, asio::use_awaitable);
        ++(response.result() == http::status::ok ? work.accepted : work.failed);
    }
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 4) throw std::invalid_argument("bare-sender PORT FILE CONNECTIONS");
    asio::io_context io(1);
    Work work;
    work.server = {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(argv[1]))};
    std::ifstream file(argv[2]);
    for (std::string line; std::getline(file, line);) work.bodies.push_back(line);

    std::string line;
    std::cout << "ready" << std::endl;
    std::getline(std::cin, line);
    for (int i = std::stoi(argv[3]); i > 0; --i)
        asio::co_spawn(io, send_some(work), [](const std::exception_ptr& failure) {
            if (failure) std::rethrow_exception(failure);
        });
    io.run();
    std::cout << R"({"accepted":)" << work.accepted << R"(,"failed":)" << work.failed << "}" << std::endl;
    std::getline(std::cin, line);
    return EXIT_SUCCESS;
} catch (const std::exception& error) {
    std::cerr << "bare-sender: " << error.what() << '\n';
    return EXIT_FAILURE;
}
