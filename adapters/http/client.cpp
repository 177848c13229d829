#include "adapters/http/client.hpp"

#include <list>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/http/client_tls.hpp"
#include "adapters/http/connection.hpp"
#include "domain/core/scope.hpp"

namespace herald::http {

namespace asio = boost::asio;

class Client::Pool {
 public:
    Pool(asio::any_io_executor loop, Clock& clock, Endpoint endpoint, ClientOptions options)
        : loop_(std::move(loop)),
          clock_(clock),
          endpoint_(std::move(endpoint)),
          options_(std::move(options)),
          look_ups_(loop_, clock_, [](std::exception_ptr bug) { std::rethrow_exception(bug); }) {
        if (endpoint_.tls) tls_.emplace(client_tls(options_.ca_file));
    }

    Task<Outcome> send(const Call& call, Deadline caller) {
        const Deadline deadline = caller.capped(clock_.now(), call.total);
        if (auto reused = take_idle(call)) {
            auto outcome = co_await reused->round_trip(call, deadline);
            if (outcome || !may_replay(call, outcome.error())) {
                give_back(std::move(reused));
                co_return outcome;
            }
        }
        auto fresh = co_await open(deadline);
        if (!fresh) co_return std::unexpected(fresh.error());
        auto outcome = co_await (*fresh)->round_trip(call, deadline);
        give_back(std::move(*fresh));
        co_return outcome;
    }

    std::size_t idle() const { return idle_.size(); }
    std::size_t opened() const { return opened_; }
    void close_idle() { idle_.clear(); }

 private:
    using Opened = std::expected<std::unique_ptr<Connection>, Failure>;

    // A reused connection that the peer had already closed says nothing about this call.
    bool may_replay(const Call& call, const Failure& failure) const {
        return failure.phase == Phase::write || (call.safe_to_repeat && failure.peer_closed);
    }

    bool worn_out(const Connection& connection, SteadyTime now) const {
        return now - connection.idle_since > options_.idle || now - connection.opened > options_.max_age ||
               connection.requests >= options_.max_requests;
    }

    // The connection used last, so that the others age out.
    std::unique_ptr<Connection> take_idle(const Call& call) {
        const auto now = clock_.now();
        std::erase_if(idle_, [&](const auto& connection) { return worn_out(*connection, now); });
        while (!idle_.empty()) {
            if (!call.safe_to_repeat && now - idle_.back()->idle_since > options_.send_idle) return nullptr;
            auto last = std::move(idle_.back());
            idle_.pop_back();
            if (last->quiet()) return last;
        }
        return nullptr;
    }

    void give_back(std::unique_ptr<Connection> connection) {
        if (!connection->reusable || idle_.size() >= options_.max_idle) return;
        connection->idle_since = clock_.now();
        idle_.push_back(std::move(connection));
    }

    Task<Opened> open(Deadline deadline) {
        const auto addresses = co_await resolve(deadline);
        if (!addresses) co_return std::unexpected(addresses.error());
        auto connection = make_connection(loop_, clock_, endpoint_, options_, tls_ ? &*tls_ : nullptr);
        if (auto opened = co_await connection->open(*addresses, deadline); !opened) {
            resolved_at_ = clock_.now() - options_.resolve_every;  // the host may have moved: ask again
            co_return std::unexpected(opened.error());
        }
        ++opened_;
        co_return connection;
    }

    // One look-up for all who wait, each as long as its own deadline: getaddrinfo itself cannot be cut short.
    Task<std::expected<Addresses, Failure>> resolve(Deadline deadline) {
        const auto stale = [this] { return !resolved_ || clock_.now() - resolved_at_ >= options_.resolve_every; };
        if (!stale()) co_return *resolved_;
        if (waiting_for_names_.empty() && look_ups_.size() == 0) look_ups_.spawn(look_up());
        const auto alarm = clock_.make_alarm();
        const auto place = waiting_for_names_.insert(waiting_for_names_.end(), alarm.get());
        struct Leave {
            std::list<Alarm*>& waiting;
            std::list<Alarm*>::iterator place;
            ~Leave() { waiting.erase(place); }
        } leave{waiting_for_names_, place};
        const bool answered = co_await alarm->wait_until(deadline.capped(clock_.now(), options_.connect).at);
        if (resolved_) co_return *resolved_;  // addresses that worked before are better than none
        co_return std::unexpected(Failure{Phase::resolve, "resolve: " + (answered ? resolve_error_ : "timed out")});
    }

    Task<void> look_up() {
        asio::ip::tcp::resolver resolver(loop_);
        const auto [error, addresses] =
            co_await resolver.async_resolve(endpoint_.host, endpoint_.port, asio::as_tuple(asio::use_awaitable));
        if (error) {
            resolve_error_ = error.message();
        } else {
            resolved_ = addresses;
            resolved_at_ = clock_.now();
        }
        for (auto* waiting : waiting_for_names_) waiting->ring();
    }

    asio::any_io_executor loop_;
    Clock& clock_;
    Endpoint endpoint_;
    ClientOptions options_;
    std::optional<asio::ssl::context> tls_;
    std::vector<std::unique_ptr<Connection>> idle_;  // by idle_since, latest at the back
    std::optional<Addresses> resolved_;
    SteadyTime resolved_at_{};
    std::string resolve_error_;
    std::list<Alarm*> waiting_for_names_;
    Scope look_ups_;
    std::size_t opened_{};
};

Client::Client(boost::asio::any_io_executor loop, Clock& clock, Endpoint endpoint, ClientOptions options)
    : pool_(std::make_unique<Pool>(std::move(loop), clock, std::move(endpoint), std::move(options))) {}

Client::~Client() = default;

Task<Outcome> Client::send(const Call& call, Deadline deadline) {
    return pool_->send(call, deadline);
}
std::size_t Client::idle_connections() const {
    return pool_->idle();
}
std::size_t Client::opened_connections() const {
    return pool_->opened();
}
void Client::close_idle() {
    pool_->close_idle();
}

}  // namespace herald::http
