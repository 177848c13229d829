#pragma once
// Append-only NDJSON files: the ledger of effects and the log of requests. One line, one write(2).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace sim {

class LineFile {
 public:
    explicit LineFile(const std::string& path);  // throws std::system_error
    ~LineFile();
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;

    void append(std::string line);  // the process ends when this fails: a referee that forgets is worthless
    std::uint64_t lines_before() const { return lines_before_; }

 private:
    int fd_{-1};
    std::uint64_t lines_before_{};
};

class Ledger {
 public:
    explicit Ledger(const std::string& path);  // empty path: effects are only counted

    // `effect` begins with "kind"; seq and time go in front of it.
    void record(boost::json::object effect, std::int64_t now_ms, std::string_view fault);
    std::uint64_t recorded() const { return recorded_; }
    std::uint64_t lines_before() const { return file_ ? file_->lines_before() : 0; }

 private:
    std::optional<LineFile> file_;
    std::uint64_t recorded_{};
};

// What a message carried: the hash always, the text itself while it is short.
void add_body(boost::json::object& effect, std::string_view body);

}  // namespace sim
