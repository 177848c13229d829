#pragma once
// The lines of a file, or the records of a CSV file, out of pieces that break it anywhere. Pure; holds at most
// one record, and of one that is too long nothing.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace herald::api {

inline constexpr std::size_t longest_record = 64UL * 1024UL;

struct Record {
    std::int64_t line{};    // where it begins, from 1
    std::string_view text;  // without its line break; good until the next call
    bool too_long{};        // the text was not kept

    friend bool operator==(const Record&, const Record&) = default;
};

class RecordSplitter {
 public:
    // With csv, a field in quotes may hold line breaks (RFC 4180). Only a quote at the beginning of a field
    // opens one, so that a stray quote costs one line.
    enum class Quoting : std::uint8_t { none, csv };

    explicit RecordSplitter(Quoting quoting) : quoting_(quoting) {}

    // The next record, taken off the front of `input`; nullopt: all of it was taken and no record ended.
    std::optional<Record> next(std::string_view& input);
    // After the last piece: what no line break ended.
    std::optional<Record> finish();

 private:
    enum class At : std::uint8_t { field, plain, quoted, quote };  // what stands before the next byte

    void skip_bom(std::string_view& input);
    std::size_t end_of_record(std::string_view input);
    std::size_t end_of_csv_record(std::string_view input);
    void keep(std::string_view piece);
    Record record(std::string_view text);

    Quoting quoting_;
    At at_{At::field};
    std::size_t bom_{};  // bytes of the mark seen; past its size: the file has begun
    std::int64_t line_{1};
    std::int64_t first_line_{1};  // of the present record
    bool begun_{};
    bool too_long_{};
    std::string kept_;
};

}  // namespace herald::api
