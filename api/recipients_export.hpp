#pragma once
// All recipients of a campaign as one body of any length, read page by page while it is sent.

#include <string>
#include <string_view>
#include <vector>

#include "api/backend.hpp"
#include "api/enums.hpp"
#include "api/views.hpp"

namespace herald::api {

std::string_view media_type(ExportFormat format);  // "application/x-ndjson", "text/csv"

// One line of the export with its line break.
std::string ndjson_line(const RecipientView& recipient);
std::string csv_line(const RecipientView& recipient);
std::string csv_columns();

// A cell of RFC 4180. What a spreadsheet would take for a formula gets an apostrophe in front.
std::string csv_cell(std::string_view text);

class RecipientsExport final : public BodyStream {
 public:
    // `first` is the first page of `query`, whose limit is the size of all pages. The backend must outlive the stream.
    RecipientsExport(Backend& backend, WorkspaceId workspace, ExportFormat format, DeliveryQuery query,
                     std::vector<DeliveryRecord> first);

    Task<std::optional<std::string>> next() override;
    bool whole() const override { return !broken_; }

 private:
    Backend& backend_;
    WorkspaceId workspace_;
    ExportFormat format_;
    DeliveryQuery query_;
    std::vector<DeliveryRecord> page_;
    bool begun_{};
    bool last_{};
    bool broken_{};
};

}  // namespace herald::api
