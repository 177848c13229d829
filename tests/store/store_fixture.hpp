#pragma once
// A real store in a directory of its own, the loop it works on, and a second connection to look at the rows.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "adapters/store/sqlite/store.hpp"

namespace herald::test {

class StoreTest : public testing::Test {
 public:
    static constexpr WallTime start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};
    inline static const WorkspaceId workspace{"main"};

    StoreTest();
    ~StoreTest() override;

    // Runs the loop until the task has ended.
    template <class T>
    T run(Task<T> task) {
        return std::move(run_all(one(std::move(task))).front());
    }
    template <class T>
    std::vector<T> run_all(std::vector<Task<T>> tasks) {
        std::vector<std::optional<T>> values(tasks.size());
        for (std::size_t i = 0; i < tasks.size(); ++i)
            boost::asio::co_spawn(io, std::move(tasks[i]), [&, i](const std::exception_ptr& bug, T value) {
                if (bug) std::rethrow_exception(bug);
                values[i].emplace(std::move(value));
            });
        io.restart();
        io.run();
        std::vector<T> out;
        for (auto& value : values) out.push_back(std::move(value.value()));
        return out;
    }

    // The process ends here, with everything it holds, and the next one begins.
    Recovery restart(WallTime at = start);
    void open();

    CampaignStore& campaigns() { return store->campaigns(); }
    DeliveryStore& deliveries() { return store->deliveries(); }

    // A stored campaign with `people` recipients, launched unless told otherwise.
    CampaignId campaign(int people, bool launch = true, const WorkspaceId& in = workspace);
    Campaign get(const CampaignId& id, const WorkspaceId& in = workspace);
    Result<Written> change(const CampaignId& id, CampaignEvent event, WallTime now = start,
                           Idempotency idempotency = {});
    std::vector<ClaimedDelivery> claim(std::size_t limit, WallTime now = start, Holdings held = {});
    // Claims one row and plans it for `contact`.
    Claim ready(const std::string& contact, WallTime now = start);
    Claim sent(const std::string& contact, WallTime now = start);  // and its intent is durable
    bool intend(Claim claim, WallTime now = start) { return run(deliveries().intend(claim, now)).value(); }
    bool settle(Claim claim, DeliveryEvent event, const std::string& reason = {}, WallTime at = start);
    DeliveryRecord row(const CampaignId& id, std::int64_t position = 0);

    // What the counters say must be what the rows say.
    void expect_counts_are_rows(const CampaignId& id);

    SQLite::Database raw();
    std::int64_t raw_integer(const std::string& sql);

    static Caller caller(WorkspaceId in = workspace) { return {std::move(in), "crm", "req_1"}; }
    static Campaign draft(const std::string& id, const WorkspaceId& in = workspace);
    static std::vector<Recipient> people(int count);

    boost::asio::io_context io{1};
    std::filesystem::path directory;
    sqlite::Options options;
    std::vector<CampaignId> changed;
    std::vector<std::string> problems;
    std::unique_ptr<sqlite::SqliteStore> store;

 private:
    template <class T>
    static std::vector<Task<T>> one(Task<T> task) {
        std::vector<Task<T>> tasks;
        tasks.push_back(std::move(task));
        return tasks;
    }

    int campaigns_made_{};
};

}  // namespace herald::test
