#include "api/recipients_export.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "api/campaign_view.hpp"
#include "api/json/encode.hpp"

namespace herald::api {
namespace {

using namespace std::string_view_literals;

constexpr std::array columns{"id"sv,         "contact_id"sv, "external_id"sv, "email"sv,      "state"sv,
                             "reason"sv,     "detail"sv,     "attempts"sv,    "message_id"sv, "intercom_contact_id"sv,
                             "request_id"sv, "not_before"sv, "updated_at"sv};

std::string cell(const std::string& text) {
    return csv_cell(text);
}
std::string cell(std::int64_t number) {
    return fmt::format("{}", number);
}
std::string cell(WallTime time) {
    return to_rfc3339(time);
}
std::string cell(DeliveryState state) {
    return std::string(name(state));
}
template <class T>
std::string cell(const std::optional<T>& value) {
    return value ? cell(*value) : std::string();
}

template <class... Values>
std::string line_of(const Values&... values) {
    static_assert(sizeof...(values) == columns.size());
    std::string line;
    ((line += cell(values), line += ','), ...);
    line.pop_back();
    return line + "\r\n";
}

}  // namespace

std::string_view media_type(ExportFormat format) {
    return format == ExportFormat::ndjson ? "application/x-ndjson" : "text/csv";
}

std::string ndjson_line(const RecipientView& recipient) {
    return to_json(recipient) + '\n';
}

std::string csv_cell(std::string_view text) {
    const bool formula = !text.empty() && "=+-@\t\r"sv.find(text.front()) != std::string_view::npos;
    const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
    if (!formula && !quoted) return std::string(text);
    std::string out = quoted ? "\"" : "";
    if (formula) out += '\'';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    if (quoted) out += '"';
    return out;
}

std::string csv_columns() {
    std::string line;
    for (const auto column : columns) line += fmt::format("{}{}", line.empty() ? "" : ",", column);
    return line + "\r\n";
}

std::string csv_line(const RecipientView& r) {
    return line_of(r.id, r.contact.id, r.contact.external_id, r.contact.email, r.state, r.reason, r.detail, r.attempts,
                   r.message_id, r.intercom_contact_id, r.request_id, r.not_before, r.updated_at);
}

RecipientsExport::RecipientsExport(Backend& backend, WorkspaceId workspace, ExportFormat format, DeliveryQuery query,
                                   std::vector<DeliveryRecord> first)
    : backend_(backend),
      workspace_(std::move(workspace)),
      format_(format),
      query_(std::move(query)),
      page_(std::move(first)) {}

Task<std::optional<std::string>> RecipientsExport::next() {
    if (last_ || broken_) co_return std::nullopt;
    std::string out;
    if (begun_) {
        auto page = co_await backend_.ports.campaigns.deliveries(workspace_, query_);
        if (!page) {
            broken_ = true;
            co_return std::nullopt;
        }
        page_ = *std::move(page);
    } else if (format_ == ExportFormat::csv) {
        out = csv_columns();
    }
    begun_ = true;
    last_ = page_.size() < query_.limit;
    if (!page_.empty()) query_.after_position = page_.back().position;
    for (const auto& record : page_) {
        const auto view = recipient_view(record);
        out += format_ == ExportFormat::csv ? csv_line(view) : ndjson_line(view);
    }
    page_.clear();
    co_return out;
}

}  // namespace herald::api
