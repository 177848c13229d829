#include "adapters/store/sqlite/connection.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace herald::sqlite {
namespace {

int open_flags(Connection::Mode mode) {
    // One thread at a time is what Connection asks for, so that SQLite need not lock each call.
    const int access =
        mode == Connection::Mode::read ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
    return access | SQLite::OPEN_NOMUTEX;
}

}  // namespace

Query::~Query() {
    // What the step already reported need not be reported again.
    statement_.tryReset();
    try {
        statement_.clearBindings();
    } catch (const SQLite::Exception&) {  // NOLINT(bugprone-empty-catch): only the old error; it stays usable
    }
}

std::optional<std::int64_t> Query::optional_integer(int column) const {
    if (is_null(column)) return {};
    return integer(column);
}

std::optional<std::string> Query::optional_text(int column) const {
    if (is_null(column)) return {};
    return text(column);
}

std::optional<WallTime> Query::optional_time(int column) const {
    if (is_null(column)) return {};
    return time(column);
}

Connection::Connection(const std::filesystem::path& file, Mode mode, milliseconds busy_timeout)
    : database_(file.string(), open_flags(mode), static_cast<int>(busy_timeout.count())) {
    execute("PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY");
    if (mode == Mode::read) {
        execute("PRAGMA query_only=ON; PRAGMA cache_size=-4000");
        return;
    }
    const auto journal = database_.execAndGet("PRAGMA journal_mode=WAL").getString();
    if (journal != "wal") throw std::runtime_error(fmt::format("{}: no write-ahead log here", file.string()));
    // FULL: a commit survives a power cut, which is what the delivery protocol promises.
    execute("PRAGMA synchronous=FULL; PRAGMA cache_size=-32000; PRAGMA journal_size_limit=67108864");
    // An upload dirties thousands of pages with every batch; a checkpoint after each would write them all twice.
    execute("PRAGMA wal_autocheckpoint=8000");
    // What is erased is overwritten.
    execute("PRAGMA secure_delete=ON");
}

Query Connection::query(std::string_view sql) {
    auto found = statements_.find(sql);
    if (found == statements_.end())
        found = statements_.emplace(std::string(sql), SQLite::Statement(database_, std::string(sql))).first;
    return Query(found->second);
}

bool Connection::try_execute(const char* sql) noexcept {
    return database_.tryExec(sql) == SQLite::OK;
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
    connection_.query(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN").run();
}

Transaction::~Transaction() {
    // After a full disk SQLite may have rolled back by itself; then there is nothing left to do.
    if (open_) connection_.try_execute("ROLLBACK");
}

void Transaction::commit() {
    connection_.query("COMMIT").run();
    open_ = false;
}

}  // namespace herald::sqlite
