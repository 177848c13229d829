#include "api/audience_check.hpp"

#include <utility>

namespace herald::api {
namespace {

constexpr seconds patience{5};

}  // namespace

Task<std::optional<Problem>> check_audience(AudienceDirectory& directory, Clock& clock, const CreateCommand& command,
                                            Deadline deadline) {
    const auto until = deadline.capped(clock.now(), patience);
    std::vector<FieldError> errors;
    for (const auto& source : command.campaign.sources) {
        const auto checked = co_await directory.check(source.query, until);
        if (checked || checked.error().code != Errc::content_rejected) continue;
        const auto& words = checked.error().detail;
        const bool segment = std::holds_alternative<SegmentId>(source.query);
        auto pointer = segment ? "/audience/segment_id" : place_named_in(*command.filter, words);
        errors.push_back({std::move(pointer), FieldCode::not_searchable, words});
    }
    if (errors.empty()) co_return std::nullopt;
    auto detail = errors.front().detail;
    co_return Problem{
        .status = 422, .code = "audience_refused", .detail = std::move(detail), .errors = std::move(errors)};
}

}  // namespace herald::api
