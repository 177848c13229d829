#pragma once
// One SQLite connection with its prepared statements. Used by one thread at a time. Everything here throws
// SQLite::Exception; Database turns that into Errc::store_unavailable at the edge of the ports.

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "domain/core/id.hpp"
#include "domain/core/time.hpp"

namespace herald::sqlite {

// One execution of a prepared statement. The statement is reset when the query goes; one query of the same
// text at a time.
class Query {
 public:
    explicit Query(SQLite::Statement& statement) : statement_(statement) {}
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    // Binds the parameters from ?1 on; std::nullopt and an empty optional are NULL.
    template <class... Values>
    Query& with(const Values&... values) {
        int index = 0;
        (bind(++index, values), ...);
        return *this;
    }
    // Executes a statement without result rows; returns how many rows it changed.
    std::int64_t run() { return statement_.exec(); }
    // Ready for other parameters.
    void again() { statement_.reset(); }
    // Moves to the next result row. A statement with RETURNING has done all its work after the first call.
    bool next() { return statement_.executeStep(); }

    std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
    bool boolean(int column) const { return integer(column) != 0; }
    double real(int column) const { return statement_.getColumn(column).getDouble(); }
    std::string text(int column) const { return statement_.getColumn(column).getString(); }
    WallTime time(int column) const { return WallTime{milliseconds{integer(column)}}; }
    bool is_null(int column) const { return statement_.isColumnNull(column); }
    std::optional<std::int64_t> optional_integer(int column) const;
    std::optional<std::string> optional_text(int column) const;
    std::optional<WallTime> optional_time(int column) const;

 private:
    template <std::integral T>
    void bind(int index, T value) {
        statement_.bind(index, static_cast<std::int64_t>(value));
    }
    void bind(int index, double value) { statement_.bind(index, value); }
    void bind(int index, const std::string& value) { statement_.bind(index, value); }
    void bind(int index, const char* value) { statement_.bind(index, value); }
    void bind(int index, std::string_view value) { statement_.bind(index, std::string(value)); }
    void bind(int index, WallTime value) { bind(index, std::int64_t{value.time_since_epoch().count()}); }
    void bind(int index, std::nullopt_t) { statement_.bind(index); }
    template <class Tag>
    void bind(int index, const Id<Tag>& value) {
        bind(index, value.value);
    }
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        value ? bind(index, *value) : bind(index, std::nullopt);
    }

    SQLite::Statement& statement_;
};

class Connection {
 public:
    enum class Mode : std::uint8_t { write, read };

    Connection(const std::filesystem::path& file, Mode mode, milliseconds busy_timeout);

    // The statement is prepared once per connection and kept.
    Query query(std::string_view sql);
    // Several statements, no parameters, no results.
    void execute(const char* sql) { database_.exec(sql); }
    bool try_execute(const char* sql) noexcept;

 private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    SQLite::Database database_;
    std::unordered_map<std::string, SQLite::Statement, Hash, std::equal_to<>> statements_;
};

// Rolled back unless committed. A commit that throws has changed nothing.
class Transaction {
 public:
    enum class Kind : std::uint8_t { write, snapshot };

    explicit Transaction(Connection& connection, Kind kind = Kind::write);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

 private:
    Connection& connection_;
    bool open_{true};
};

}  // namespace herald::sqlite
