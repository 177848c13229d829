#include "adapters/webhook/names.hpp"

#include <algorithm>
#include <expected>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

#include "adapters/system/offload.hpp"

namespace herald::webhook {
namespace {

constexpr std::size_t threads = 4;
constexpr std::size_t most_look_ups = 64;

using Found = std::expected<std::vector<Address>, std::string>;

Found ask_system(boost::asio::thread_pool& pool, const std::string& name) {
    boost::asio::ip::tcp::resolver resolver(pool);
    boost::system::error_code error;
    const auto entries = resolver.resolve(name, "", error);
    if (error) return std::unexpected(error.message());
    std::vector<Address> out;
    for (const auto& entry : entries) out.push_back(entry.endpoint().address());
    if (out.empty()) return std::unexpected("no address");
    return out;
}

Error not_resolved(const std::string& why) {
    return {Errc::not_executed, "resolve: " + why};
}

}  // namespace

// Held by the caller alone: when it has gone, a look-up that has not begun need not.
struct SystemNames::Question {
    std::unique_ptr<Alarm> answered;
    Found found = std::unexpected("timed out");
};

SystemNames::SystemNames(boost::asio::any_io_executor loop, Clock& clock)
    : clock_(clock),
      look_ups_(std::move(loop), clock, [](std::exception_ptr bug) { std::rethrow_exception(std::move(bug)); }),
      pool_(threads) {}

Task<Result<std::vector<Address>>> SystemNames::addresses(std::string name, Deadline deadline) {
    if (look_ups_.size() >= most_look_ups) co_return not_resolved("too many names are being looked up");
    const auto question = std::make_shared<Question>(clock_.make_alarm());
    look_ups_.spawn(look_up(std::move(name), question));
    co_await question->answered->wait_until(deadline.at);
    if (!question->found) co_return not_resolved(question->found.error());
    co_return *std::move(question->found);
}

Task<void> SystemNames::look_up(std::string name, std::weak_ptr<Question> question) {
    auto found = co_await offload(pool_, [this, &name, &question] {
        return question.expired() ? Found(std::unexpect) : ask_system(pool_, name);
    });
    const auto asked = question.lock();
    if (!asked) co_return;
    asked->found = std::move(found);
    asked->answered->ring();
}

}  // namespace herald::webhook
