#pragma once
// Many small writes, one commit: while one transaction is being made durable, the next group gathers.

#include <deque>
#include <functional>
#include <mutex>

#include "adapters/store/sqlite/database.hpp"

namespace herald::sqlite {

class GroupCommit {
 public:
    // Part of a transaction, on the writer's thread; the result goes to its own caller.
    using Operation = std::move_only_function<bool(Write&)>;

    explicit GroupCommit(Database& database) : database_(database) {}

    // Resumes when the group is durable. When its transaction fails, every caller in it gets
    // store_unavailable and nothing of it was applied. A caller is always resumed.
    Task<Result<bool>> submit(Operation operation);

 private:
    struct Waiting {
        Operation operation;
        std::move_only_function<void(Result<bool>)> resume;
    };

    void push(Waiting waiting);
    void run_group();  // on the writer's thread
    std::deque<Waiting> take();

    Database& database_;
    std::mutex mutex_;  // the queue is filled by the loop and emptied by the writer
    std::deque<Waiting> queue_;
    bool scheduled_{};
};

}  // namespace herald::sqlite
