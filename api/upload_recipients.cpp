// POST /v1/campaigns/{id}/recipients

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "api/campaign_view.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"
#include "api/lists.hpp"
#include "api/negotiation.hpp"
#include "api/upload/recipient_reader.hpp"
#include "domain/core/fan_out.hpp"
#include "domain/core/id.hpp"

namespace herald::api {
namespace {

using namespace std::string_view_literals;

constexpr std::array upload_types{"application/x-ndjson"sv, "text/csv"sv};

// Shared with the worker, which runs a slice to its end even when the request is given up.
struct Reading {
    explicit Reading(UploadFormat format) : reader(format) {}

    RecipientReader reader;
    std::string piece;
    std::string_view rest;  // of the piece
};

Problem broken(BodyFailure failure) {
    switch (failure) {
        case BodyFailure::too_slow:
            return {.status = 408, .code = "request_timeout", .detail = "the body did not arrive in time"};
        case BodyFailure::gone:
        case BodyFailure::malformed:
            break;
    }
    return {.status = 400, .code = "malformed_request", .detail = "the body broke off"};
}

Problem refused_file(const LineError& error) {
    return {.status = 422,
            .code = "validation_failed",
            .detail = fmt::format("line {}: {}", error.line, error.detail),
            .errors = {{"", error.code, error.detail}}};
}

// One upload: while the store writes a batch, the next one is read and parsed. Never more than these two are in
// memory, and while both are full nothing is taken off the connection.
class Upload {
 public:
    Upload(Backend& backend, Caller caller, CampaignId id, BodySource& source, UploadFormat format,
           std::int64_t audience)
        : backend_(backend),
          caller_(std::move(caller)),
          id_(std::move(id)),
          source_(source),
          reading_(std::make_shared<Reading>(format)),
          audience_(audience),
          upload_(make_id("upl", backend.ports.clock.wall_now(), backend.ports.random)) {}

    Task<Answer> run() {
        const auto loop = co_await boost::asio::this_coro::executor;
        for (;;) {
            co_await fan_out(loop, backend_.ports.clock, 2, 2,
                             [this](std::size_t part) { return part == 0 ? store() : fill(); });
            if (problem_) break;
            batch_ = reading_->reader.take_batch();
            if (batch_.empty() && ended_) break;
        }
        const auto recorded = co_await backend_.ports.campaigns.end_upload(caller_, id_, upload_, summary(),
                                                                           backend_.ports.clock.wall_now());
        if (problem_) co_return std::unexpected(stopped(recorded.has_value()));
        if (!recorded) co_return std::unexpected(problem(recorded.error()));
        co_return json_response(200, to_json(view()));
    }

 private:
    // Reads until a batch is full or the file ends.
    Task<void> fill() {
        auto& reader = reading_->reader;
        while (!ended_ && !problem_ && !reader.full()) {
            if (reading_->rest.empty()) {
                auto piece = co_await source_.read();
                if (!piece) {
                    problem_ = broken(piece.error());
                    co_return;
                }
                ended_ = piece->empty();
                reading_->piece = *std::move(piece);
                reading_->rest = reading_->piece;
            }
            co_await backend_.ports.worker.run([reading = reading_, last = ended_] {
                reading->reader.read(reading->rest);
                if (last) reading->reader.finish();
            });
            if (reader.refused()) problem_ = refused_file(*reader.refused());
        }
    }

    Task<void> store() {
        if (batch_.empty()) co_return;
        const auto appended =
            co_await backend_.ports.campaigns.append_recipients(caller_, id_, upload_, std::move(batch_));
        if (!appended) {
            problem_ = problem(appended.error());
            co_return;
        }
        accepted_ += appended->added;
        duplicates_ += appended->duplicates;
        audience_ = appended->audience;
    }

    UploadSummary summary() const {
        const auto& report = reading_->reader.report();
        return {.lines = report.lines,
                .added = accepted_,
                .duplicates = duplicates_,
                .errors = report.errors_total,
                .outcome = problem_ ? problem_->code : "complete"};
    }

    Problem stopped(bool recorded) const {
        auto out = *problem_;
        if (!recorded)
            out.detail += "; how many recipients of this upload were added before is not known";
        else if (!reading_->reader.refused())
            out.detail += fmt::format("; {} recipients of this upload were added before, and stay", accepted_);
        return out;
    }

    UploadView view() const {
        const auto& report = reading_->reader.report();
        UploadView view{.lines = report.lines,
                        .accepted = accepted_,
                        .duplicates = duplicates_,
                        .errors_total = report.errors_total,
                        .audience_size = audience_};
        for (const auto& error : report.errors) view.errors.push_back({error.line, error.code, error.detail});
        return view;
    }

    Backend& backend_;
    Caller caller_;
    CampaignId id_;
    BodySource& source_;
    std::shared_ptr<Reading> reading_;
    std::vector<Recipient> batch_;  // what is being stored
    bool ended_{};
    std::optional<Problem> problem_;
    std::int64_t accepted_{};
    std::int64_t duplicates_{};
    std::int64_t audience_{};
    std::string upload_;
};

}  // namespace

Task<Answer> upload_recipients(Backend& backend, const Call& call) {
    const auto& headers = call.request.headers;
    if (headers.get("Idempotency-Key"))
        co_return std::unexpected(
            Problem{.status = 400,
                    .code = "invalid_idempotency_key",
                    .detail = "an upload takes no Idempotency-Key: sending the file again adds nobody twice"});
    const auto type = upload_type(headers, upload_types);
    if (!type) co_return std::unexpected(type.error());
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    if (call.request.stream == nullptr) throw std::logic_error("a request without its body");

    // Before the body is asked for. The store looks again with every batch.
    const auto campaign = co_await backend.ports.campaigns.get(call.workspace.id, *id);
    if (!campaign) co_return std::unexpected(problem(campaign.error()));
    if (const auto open = may_grow(campaign->state); !open) co_return std::unexpected(problem(open.error()));
    Upload upload(backend, call.caller(), *id, *call.request.stream,
                  *type == upload_types[0] ? UploadFormat::ndjson : UploadFormat::csv, campaign->counts.audience());
    co_return co_await upload.run();
}

}  // namespace herald::api
