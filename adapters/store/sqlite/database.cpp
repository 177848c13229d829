#include "adapters/store/sqlite/database.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/store/sqlite/audit.hpp"
#include "adapters/store/sqlite/migrations.hpp"

namespace herald::sqlite {
namespace {

// The files hold addresses: nobody else on the machine may read them. SQLite gives its side files the mode
// of the database.
std::filesystem::path prepare(const std::filesystem::path& directory) {
    if (std::filesystem::create_directories(directory))
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
    return directory / "herald.lock";
}

}  // namespace

std::filesystem::path create_database_file(const std::filesystem::path& directory) {
    auto file = directory / "herald.db";
    const int opened = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0) throw std::system_error(errno, std::generic_category(), file.string());
    ::close(opened);
    return file;
}

Error unavailable() {
    return {Errc::store_unavailable, "the store is unavailable"};
}

void Write::flush() {
    auto changed = changes_.apply(connection_);
    for (auto& id : changed)
        if (std::ranges::find(changed_, id) == changed_.end()) changed_.push_back(std::move(id));
}

bool Write::sends(std::int64_t campaign, WallTime now) {
    auto known = sending_.find(campaign);
    if (known == sending_.end()) {
        auto row = query("SELECT state = 'running', expires_at FROM campaigns WHERE number = ?1");
        const bool found = row.with(campaign).next();
        known = sending_.emplace(campaign, found ? Sending{row.boolean(0), row.optional_time(1)} : Sending{}).first;
    }
    const auto& [running, expires_at] = known->second;
    return running && !(expires_at && *expires_at <= now);
}

void Write::audit(const Caller& caller, WallTime at, AuditRecord record) {
    append_audit(connection_, caller, at, std::move(record));
}

std::vector<CampaignId> Write::commit() {
    flush();
    transaction_.commit();
    claims_.keep();
    for (const auto& action : after_commit_) action();
    return std::move(changed_);
}

DirectoryLock::DirectoryLock(const std::filesystem::path& directory) {
    const auto path = prepare(directory);
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) throw std::system_error(errno, std::generic_category(), path.string());
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
    const int reason = errno;
    ::close(file_);
    if (reason != EWOULDBLOCK) throw std::system_error(reason, std::generic_category(), path.string());
    throw std::runtime_error(fmt::format("the data directory {} is in use by another process", directory.string()));
}

DirectoryLock::~DirectoryLock() {
    ::close(file_);
}

Database::Database(const std::filesystem::path& directory, boost::asio::any_io_executor loop, Options options)
    : loop_(std::move(loop)),
      hooks_(std::make_shared<Hooks>(std::move(options))),
      lock_(directory),
      writer_(create_database_file(directory), Connection::Mode::write, hooks_->options.busy_timeout) {
    migrate(writer_);
    for (auto& reader : readers_)
        reader = std::make_unique<Reader>(directory / "herald.db", hooks_->options.busy_timeout);
}

Database::~Database() {
    close();
}

void Database::close() {
    closed_ = true;
    for (const auto& action : std::exchange(before_close_, {})) action();
    boost::asio::post(writer_pool_, [this] { commit_behind(); });
    // join() runs what is queued, and what that queues, before it returns.
    writer_pool_.join();
    for (auto& reader : readers_) reader->pool.join();
}

void Database::commit_behind() {
    works_behind_ = 0;
    if (!behind_) return;
    try {
        announce(behind_->commit());
    } catch (const SQLite::Exception& problem) {
        report(problem.what());
    }
    behind_.reset();
}

void Database::report(const std::string& problem) {
    boost::asio::post(loop_, [hooks = std::weak_ptr(hooks_), problem] {
        if (const auto alive = hooks.lock(); alive && alive->options.on_error) alive->options.on_error(problem);
    });
}

void Database::announce(std::vector<CampaignId> changed) {
    if (changed.empty() || !hooks_->options.on_change) return;
    boost::asio::post(loop_, [hooks = std::weak_ptr(hooks_), changed = std::move(changed)] {
        const auto alive = hooks.lock();
        if (!alive) return;
        for (const auto& id : changed) alive->options.on_change(id);
    });
}

}  // namespace herald::sqlite
