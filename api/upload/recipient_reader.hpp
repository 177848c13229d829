#pragma once
// A file of recipients, read piece by piece into batches. Pure, because it runs on the worker: a piece is one
// slice of work.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/field_error.hpp"
#include "api/upload/record_splitter.hpp"
#include "domain/campaign/campaign.hpp"

namespace herald::api {

enum class UploadFormat : std::uint8_t { ndjson, csv };

struct LineError {
    std::int64_t line{};
    FieldCode code{};
    std::string detail;

    friend bool operator==(const LineError&, const LineError&) = default;
};

// Blank lines, and the header of a CSV file, do not count.
struct LineReport {
    std::int64_t lines{};
    std::int64_t errors_total{};
    std::vector<LineError> errors;  // the first ones, at most most_reported
};

// What a column of a CSV file holds.
struct CsvColumn {
    enum class Kind : std::uint8_t { reference, variable };
    Kind kind{};
    std::string name;
};

class RecipientReader {
 public:
    // A batch is full with so many recipients, or when they were so many bytes in the file.
    static constexpr std::size_t most_recipients = 5'000;
    static constexpr std::size_t most_bytes = 4UL * 1024UL * 1024UL;

    explicit RecipientReader(UploadFormat format)
        : format_(format),
          splitter_(format == UploadFormat::csv ? RecordSplitter::Quoting::csv : RecordSplitter::Quoting::none) {}

    // Takes what it reads off the front of `input`: all of it, unless the batch is full or the file is refused.
    void read(std::string_view& input);
    void finish();  // after the last piece

    bool full() const { return batch_.size() >= most_recipients || batch_bytes_ >= most_bytes; }
    std::vector<Recipient> take_batch();

    const LineReport& report() const { return report_; }
    // Set when nothing in the file can be read, because its header is wrong.
    const std::optional<LineError>& refused() const { return refused_; }

 private:
    void take(const Record& record);
    void take_header(std::string_view text);
    std::optional<LineError> read_line(std::string_view text, Recipient& out);
    std::optional<LineError> read_row(std::string_view text, Recipient& out);

    UploadFormat format_;
    RecordSplitter splitter_;
    std::vector<CsvColumn> columns_;
    std::vector<std::string> fields_;
    std::vector<Recipient> batch_;
    std::size_t batch_bytes_{};
    LineReport report_;
    std::optional<LineError> refused_;
};

}  // namespace herald::api
