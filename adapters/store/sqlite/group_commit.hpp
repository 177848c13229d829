#pragma once
// Many small writes, one commit: while one transaction is being made durable, the next group gathers.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "adapters/store/sqlite/database.hpp"

namespace herald::sqlite {

// After a commit the next group has a moment to gather, unless it is large already: a commit costs as much as dozens
// of rows, and on a fast disk a stream of rows would pay for one each. Who comes alone waits for nobody.
class GroupCommit {
 public:
    // Part of a transaction, on the writer's thread; the result goes to its own caller.
    using Operation = std::move_only_function<bool(Write&)>;

    explicit GroupCommit(Database& database);

    // Resumes when the group is durable. When its transaction fails, every caller in it gets
    // store_unavailable and nothing of it was applied. A caller is always resumed.
    Task<Result<bool>> submit(Operation operation);

    // The same for work with a result of its own: `Work` is (Write&) -> T.
    template <class Work>
    Task<Result<std::invoke_result_t<Work&, Write&>>> write(Work work) {
        std::optional<std::invoke_result_t<Work&, Write&>> value;
        const auto durable = co_await submit([&work, &value](Write& write) {
            value.emplace(work(write));
            return true;
        });
        if (!durable) co_return durable.error();
        co_return std::move(*value);
    }

 private:
    struct Waiting {
        Operation operation;
        std::move_only_function<void(Result<bool>)> resume;
    };
    using Group = std::vector<Waiting>;

    void push(Waiting waiting);
    void start_group();
    void run_group(Group group);  // on the writer's thread; everything else on the loop's
    void group_ended(std::size_t size);

    Database& database_;
    std::deque<Waiting> queue_;
    bool busy_{};  // a group is about to start, at work or just ended
    boost::asio::steady_timer gathering_;
    std::shared_ptr<GroupCommit*> alive_;  // calls already posted to the loop look here first
};

}  // namespace herald::sqlite
