#pragma once
// The data directory: one writing connection on one thread, two reading ones on two, and the way from the
// event loop to them. Every write of the store is one transaction here.

#include <array>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <SQLiteCpp/Exception.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "adapters/store/sqlite/changes.hpp"
#include "adapters/store/sqlite/claims.hpp"
#include "adapters/store/sqlite/connection.hpp"
#include "adapters/system/offload.hpp"
#include "domain/audit/entry.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/ports/caller.hpp"

namespace herald::sqlite {

struct Options {
    // On the loop, after a commit that changed a campaign's counts or state; once per campaign and commit.
    std::function<void(const CampaignId&)> on_change;
    // On the loop: SQLite's own words for each failure that the ports answer with store_unavailable. For the log.
    std::function<void(const std::string&)> on_error;
    milliseconds busy_timeout{5000};  // only a tool that opens the database by hand makes us wait
    std::size_t group_limit{512};     // most intents and outcomes in one transaction
};

// What the ports answer when SQLite failed.
Error unavailable();

// An open transaction on the writing connection.
class Write {
 public:
    Write(Connection& connection, Claims& claims)
        : connection_(connection), claims_(claims), transaction_(connection) {}
    ~Write() { claims_.forget_fresh(); }  // what was claimed in it, unless it was committed
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;

    Query query(std::string_view sql) { return connection_.query(sql); }
    Connection& connection() { return connection_; }
    Changes& changes() { return changes_; }
    Claims& claims() { return claims_; }
    // Whether the campaign runs and has not expired. Looked up once: nothing that sends changes it in its transaction.
    bool sends(std::int64_t campaign, WallTime now);
    // Brings counters and completion up to date now, for work that reads them back before the commit.
    void flush();
    // Adds to the audit chain of the caller's workspace what this transaction does.
    void audit(const Caller& caller, WallTime at, AuditRecord record);
    // Runs on the writer thread once the transaction is durable, and not at all if it fails.
    void after_commit(std::function<void()> action) { after_commit_.push_back(std::move(action)); }
    std::vector<CampaignId> commit();  // the campaigns it changed

 private:
    struct Sending {
        bool running{};
        std::optional<WallTime> expires_at;
    };

    Connection& connection_;
    Claims& claims_;
    Transaction transaction_;
    std::map<std::int64_t, Sending> sending_;
    Changes changes_;
    std::vector<CampaignId> changed_;
    std::vector<std::function<void()>> after_commit_;
};

// The file of the database in it; made when it is not there, for nobody else on the machine to read.
std::filesystem::path create_database_file(const std::filesystem::path& directory);

// Exclusive use of a directory, as long as the object lives.
class DirectoryLock {
 public:
    explicit DirectoryLock(const std::filesystem::path& directory);  // throws when another process holds it
    ~DirectoryLock();
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
    int file_{-1};
};

class Database {
 public:
    // Creates the directory and the database as needed and brings the schema up to date. Throws
    // std::runtime_error or SQLite::Exception with a message for the operator. `loop` outlives the database.
    Database(const std::filesystem::path& directory, boost::asio::any_io_executor loop, Options options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // Finishes everything that was asked for and refuses the rest with store_unavailable. Called on the loop's
    // thread; callers that wait are resumed when the loop runs on. The destructor does it too.
    void close();
    bool closed() const { return closed_; }
    const Options& options() const { return hooks_->options; }

    // On a reader's thread, in one snapshot. `Work` is (Connection&) -> Result<T>.
    template <class Work>
    Task<std::invoke_result_t<Work&, Connection&>> read(Work work) {
        if (closed_) co_return unavailable();
        Reader& reader = *readers_[next_reader_++ % readers_.size()];
        co_return co_await offload(reader.pool, [this, &reader, &work] {
            return guarded([&] {
                const Transaction snapshot(reader.connection, Transaction::Kind::snapshot);
                return work(reader.connection);
            });
        });
    }

    // One transaction on the writer's thread, in the order of the calls. `Work` is (Write&) -> Result<T>; an
    // error rolls back.
    template <class Work>
    Task<std::invoke_result_t<Work&, Write&>> write(Work work) {
        if (closed_) co_return unavailable();
        co_return co_await offload(writer_pool_, [this, &work] { return transact(work); });
    }

    // As write(), for a bulk load that ends with a write() of its own. The transaction stays open for more of the load
    // until that or any other write comes, or it has grown large: pages that one batch after the other changes are
    // written once. What it answers is true, but durable, and seen by readers, only with the write that ends it. When
    // the commit fails all of it is gone, which the last write of the load has to notice. `Work` returns an error only
    // before it wrote anything.
    template <class Work>
    Task<std::invoke_result_t<Work&, Write&>> write_behind(Work work) {
        if (closed_) co_return unavailable();
        co_return co_await offload(writer_pool_, [this, &work] { return transact_behind(work); });
    }

    // On the writer's thread, in order with the writes, but without a transaction: one that is open ends before it.
    template <class Work>
    Task<std::invoke_result_t<Work&, Connection&>> ask_writer(Work work) {
        if (closed_) co_return unavailable();
        co_return co_await offload(writer_pool_, [this, &work] {
            commit_behind();
            return guarded([&] { return work(writer_); });
        });
    }

    // As write(), for the start, before the loop runs: blocks the caller.
    template <class Work>
    std::invoke_result_t<Work&, Write&> write_now(Work work) {
        std::packaged_task<std::invoke_result_t<Work&, Write&>()> task([this, &work] { return transact(work); });
        auto result = task.get_future();
        boost::asio::post(writer_pool_, std::ref(task));
        return result.get();
    }

    // The body of write(), for whoever is on the writer's thread already.
    template <class Work>
    std::invoke_result_t<Work&, Write&> transact(Work& work) {
        commit_behind();
        return guarded([&]() -> std::invoke_result_t<Work&, Write&> {
            Write write(writer_, claims_);
            auto result = work(write);
            if (result) announce(write.commit());
            return result;
        });
    }
    template <class Action>
    void post_to_writer(Action action) {
        boost::asio::post(writer_pool_, std::move(action));
    }
    const boost::asio::any_io_executor& loop() const { return loop_; }
    // Runs when close() is called, while the writer still takes work. For what gathers work of its own.
    void before_close(std::function<void()> action) { before_close_.push_back(std::move(action)); }
    template <class Action>
    void post_to_loop(Action action) {
        boost::asio::post(loop_, std::move(action));
    }

    Claims& claims() { return claims_; }      // on the writer's thread
    void report(const std::string& problem);  // any thread

 private:
    struct Reader {
        Reader(const std::filesystem::path& file, milliseconds busy_timeout)
            : connection(file, Connection::Mode::read, busy_timeout) {}
        Connection connection;
        boost::asio::thread_pool pool{1};
    };
    // What outlives the database for a moment: calls already posted to the loop look here first.
    struct Hooks {
        Options options;
    };

    template <class Work>
    std::invoke_result_t<Work&> guarded(Work work) {
        try {
            return work();
        } catch (const SQLite::Exception& problem) {
            report(problem.what());
            return unavailable();
        }
    }
    void announce(std::vector<CampaignId> changed);

    template <class Work>
    std::invoke_result_t<Work&, Write&> transact_behind(Work& work) {
        auto result = guarded([&]() -> std::invoke_result_t<Work&, Write&> {
            try {
                if (!behind_) behind_.emplace(writer_, claims_);
                auto answer = work(*behind_);
                behind_->flush();
                return answer;
            } catch (...) {
                behind_.reset();
                throw;
            }
        });
        if (behind_ && ++works_behind_ == most_behind) commit_behind();
        return result;
    }
    void commit_behind();

    static constexpr int most_behind = 20;  // works in one transaction

    boost::asio::any_io_executor loop_;
    std::shared_ptr<Hooks> hooks_;
    DirectoryLock lock_;
    Connection writer_;
    Claims claims_;
    std::optional<Write> behind_;  // see write_behind()
    int works_behind_{};
    std::array<std::unique_ptr<Reader>, 2> readers_;
    std::size_t next_reader_{};
    bool closed_{};
    std::vector<std::function<void()>> before_close_;
    boost::asio::thread_pool writer_pool_{1};
};

}  // namespace herald::sqlite
