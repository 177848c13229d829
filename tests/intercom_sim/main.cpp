#include <cstdio>
#include <cstdlib>
#include <span>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include "tests/intercom_sim/server.hpp"

namespace {

namespace asio = boost::asio;

constexpr int usage_error = 2;
constexpr int internal_error = 4;

void run(const sim::Options& options) {
    sim::App app(options);
    asio::io_context io(1);
    asio::ip::tcp::acceptor acceptor(io, {asio::ip::make_address(options.host), options.port});

    asio::signal_set signals(io, SIGTERM, SIGINT);
    signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
    asio::co_spawn(io, sim::serve(acceptor, app), sim::task_ended);

    const std::uint16_t port = acceptor.local_endpoint().port();
    fmt::print("{{\"listening\":\"{}:{}\",\"port\":{}}}\n", options.host, port, port);
    std::fflush(stdout);
    try {
        io.run();
    } catch (const std::exception& bug) {
        fmt::print(stderr, "intercom-sim: bug: {}\n", bug.what());
        std::_Exit(internal_error);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto options =
        sim::parse_options(std::span<const char* const>(argv, static_cast<std::size_t>(argc)).subspan(1));
    if (!options) {
        fmt::print(stderr, "intercom-sim: {}\nTry --help.\n", options.error());
        return usage_error;
    }
    if (options->help) {
        fmt::print("{}", sim::help_text());
        return 0;
    }
    try {
        run(*options);
    } catch (const std::exception& problem) {
        fmt::print(stderr, "intercom-sim: {}\n", problem.what());
        return usage_error;
    }
    return 0;
}
