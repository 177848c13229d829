#include "adapters/store/sqlite/group_commit.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace herald::sqlite {
namespace {

constexpr milliseconds gather{2};
constexpr std::size_t large_group = 64;

}  // namespace

GroupCommit::GroupCommit(Database& database)
    : database_(database), gathering_(database.loop()), alive_(std::make_shared<GroupCommit*>(this)) {
    database_.before_close([this] {
        while (!queue_.empty()) start_group();
    });
}

Task<Result<bool>> GroupCommit::submit(Operation operation) {
    if (database_.closed()) co_return unavailable();
    co_return co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void(Result<bool>)>(
        [this](auto handler, Operation accepted) {
            auto resume = [handler = std::move(handler)](Result<bool> result) mutable {
                const auto executor = boost::asio::get_associated_executor(handler);
                boost::asio::dispatch(executor, [handler = std::move(handler), result = std::move(result)]() mutable {
                    std::move(handler)(std::move(result));
                });
            };
            push({std::move(accepted), std::move(resume)});
        },
        boost::asio::use_awaitable, std::move(operation));
}

void GroupCommit::push(Waiting waiting) {
    queue_.push_back(std::move(waiting));
    if (std::exchange(busy_, true)) return;
    // After what the loop has at hand, which adds to the same group.
    database_.post_to_loop([alive = std::weak_ptr(alive_)] {
        if (const auto self = alive.lock()) (*self)->start_group();
    });
}

void GroupCommit::start_group() {
    Group group;
    while (!queue_.empty() && group.size() < database_.options().group_limit) {
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    busy_ = !group.empty();
    if (busy_) database_.post_to_writer([this, group = std::move(group)]() mutable { run_group(std::move(group)); });
}

void GroupCommit::run_group(Group group) {
    std::vector<bool> results;
    results.reserve(group.size());
    const auto apply = [&](Write& write) -> Result<void> {
        for (auto& waiting : group) results.push_back(waiting.operation(write));
        return {};
    };
    Result<void> committed;
    try {
        committed = database_.transact(apply);
    } catch (const std::exception& bug) {  // nobody else would resume the callers
        database_.report(bug.what());
        committed = unavailable();
    }
    // One hand-over for the whole group: each costs the loop a lock and a wake-up.
    database_.post_to_loop([group = std::move(group), results = std::move(results), committed = std::move(committed),
                            alive = std::weak_ptr(alive_)]() mutable {
        for (std::size_t i = 0; i < group.size(); ++i)
            group[i].resume(committed ? Result<bool>(results[i]) : Result<bool>(committed.error()));
        if (const auto self = alive.lock()) (*self)->group_ended(group.size());
    });
}

void GroupCommit::group_ended(std::size_t size) {
    if (size == 1 || queue_.size() >= large_group) return start_group();
    gathering_.expires_after(gather);
    gathering_.async_wait([alive = std::weak_ptr(alive_)](const boost::system::error_code&) {
        if (const auto self = alive.lock()) (*self)->start_group();
    });
}

}  // namespace herald::sqlite
