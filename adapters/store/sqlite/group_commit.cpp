#include "adapters/store/sqlite/group_commit.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace herald::sqlite {

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
    {
        const std::scoped_lock lock(mutex_);
        queue_.push_back(std::move(waiting));
        if (std::exchange(scheduled_, true)) return;
    }
    database_.post_to_writer([this] { run_group(); });
}

std::deque<GroupCommit::Waiting> GroupCommit::take() {
    const std::scoped_lock lock(mutex_);
    std::deque<Waiting> group;
    while (!queue_.empty() && group.size() < database_.options().group_limit) {
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    // Behind the other writes, so that a stream of intents does not keep a pause waiting. At close() the
    // writer ends only after this has found the queue empty.
    scheduled_ = !queue_.empty();
    if (scheduled_) database_.post_to_writer([this] { run_group(); });
    return group;
}

void GroupCommit::run_group() {
    auto group = take();
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
    database_.post_to_loop(
        [group = std::move(group), results = std::move(results), committed = std::move(committed)]() mutable {
            for (std::size_t i = 0; i < group.size(); ++i)
                group[i].resume(committed ? Result<bool>(results[i]) : Result<bool>(committed.error()));
        });
}

}  // namespace herald::sqlite
