#include "api/upload/recipient_reader.hpp"

#include <algorithm>
#include <array>
#include <expected>
#include <utility>

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "api/campaign_body.hpp"
#include "api/json/parse.hpp"
#include "api/upload/csv_fields.hpp"

namespace herald::api {
namespace {

constexpr std::array<std::string_view, 3> references{"id", "external_id", "email"};
constexpr std::size_t longest_name = 255;

bool blank(std::string_view text) {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

// The rules are those of a contact that is given inline.
std::optional<LineError> read_contact(const boost::json::value& value, Recipient& out) {
    Decoder decoder;
    ContactBody body;
    decode(decoder, value, body);
    auto errors = decoder.take();
    if (errors.empty()) {
        out = recipient_of(std::move(body));
        return {};
    }
    auto& first = errors.listed.front();
    return LineError{
        0, first.code,
        first.pointer.empty() ? std::move(first.detail) : fmt::format("{}: {}", first.pointer, first.detail)};
}

LineError wrong_header(FieldCode code, std::string detail) {
    return {0, code, "the header line: " + std::move(detail)};
}

std::expected<std::vector<CsvColumn>, LineError> columns_of(const std::vector<std::string>& names) {
    std::vector<CsvColumn> columns;
    std::size_t variables = 0;
    for (const auto& name : names) {
        const bool reference = std::ranges::find(references, name) != references.end();
        if (!reference) ++variables;
        if (name.empty() || utf8_length(name).value_or(longest_name + 1) > longest_name)
            return std::unexpected(wrong_header(
                FieldCode::invalid_value, fmt::format("a column has a name of 1 to {} characters", longest_name)));
        if (std::ranges::find(columns, name, &CsvColumn::name) != columns.end())
            return std::unexpected(
                wrong_header(FieldCode::invalid_value, fmt::format("the column {} stands twice", name)));
        columns.push_back({reference ? CsvColumn::Kind::reference : CsvColumn::Kind::variable, name});
    }
    if (variables > VariablesBody::max)
        return std::unexpected(wrong_header(
            FieldCode::too_many, fmt::format("{} variables, at most {} are taken", variables, VariablesBody::max)));
    if (variables == columns.size())
        return std::unexpected(
            wrong_header(FieldCode::required, "at least one of the columns id, external_id and email is needed"));
    return columns;
}

}  // namespace

void RecipientReader::read(std::string_view& input) {
    while (!refused_ && !full()) {
        const auto record = splitter_.next(input);
        if (!record) return;
        take(*record);
    }
}

void RecipientReader::finish() {
    if (refused_) return;
    if (const auto record = splitter_.finish()) take(*record);
    if (!refused_ && format_ == UploadFormat::csv && columns_.empty())
        refused_ = wrong_header(FieldCode::required, "is missing");
}

std::vector<Recipient> RecipientReader::take_batch() {
    batch_bytes_ = 0;
    return std::exchange(batch_, {});
}

void RecipientReader::take(const Record& record) {
    if (!record.too_long && blank(record.text)) return;
    const bool header = format_ == UploadFormat::csv && columns_.empty();
    if (!header) ++report_.lines;
    Recipient recipient;
    std::optional<LineError> error;
    if (record.too_long)
        error = LineError{0, FieldCode::too_long,
                          fmt::format("more than {} bytes{}", longest_record,
                                      format_ == UploadFormat::csv ? "; is a quote not closed?" : "")};
    else if (!utf8_length(record.text))
        error = LineError{0, FieldCode::invalid_utf8, "is not valid UTF-8"};
    else if (header)
        return take_header(record.text);
    else if (format_ == UploadFormat::csv)
        error = read_row(record.text, recipient);
    else
        error = read_line(record.text, recipient);
    if (!error) {
        batch_bytes_ += record.text.size();
        batch_.push_back(std::move(recipient));
        return;
    }
    error->line = record.line;
    if (header)
        refused_ = std::move(error);
    else if (++report_.errors_total <= static_cast<std::int64_t>(most_reported))
        report_.errors.push_back(*std::move(error));
}

void RecipientReader::take_header(std::string_view text) {
    if (auto wrong = read_csv_fields(text, fields_)) {
        refused_ = wrong_header(FieldCode::malformed_csv, *std::move(wrong));
        return;
    }
    if (auto columns = columns_of(fields_))
        columns_ = *std::move(columns);
    else
        refused_ = std::move(columns.error());
}

std::optional<LineError> RecipientReader::read_line(std::string_view text, Recipient& out) {
    const auto value = parse_json(text);
    if (!value) return LineError{0, FieldCode::malformed_json, value.error()};
    return read_contact(*value, out);
}

// An empty field is no value, so that a template's default holds for it.
std::optional<LineError> RecipientReader::read_row(std::string_view text, Recipient& out) {
    if (auto wrong = read_csv_fields(text, fields_)) return LineError{0, FieldCode::malformed_csv, *std::move(wrong)};
    if (fields_.size() != columns_.size())
        return LineError{0, FieldCode::malformed_csv,
                         fmt::format("{} fields, the header has {}", fields_.size(), columns_.size())};
    boost::json::object contact;
    boost::json::object variables;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (fields_[i].empty()) continue;
        const bool reference = columns_[i].kind == CsvColumn::Kind::reference;
        (reference ? contact : variables).emplace(columns_[i].name, fields_[i]);
    }
    if (!variables.empty()) contact.emplace("variables", std::move(variables));
    return read_contact(contact, out);
}

}  // namespace herald::api
