#include "domain/campaign/audience_loader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace herald {

AfterPageError after_page_error(const OpenSource& source, const Error& error) {
    if (error.code == Errc::outcome_unknown) return AfterPageError::smaller_page;  // also a page too large to be read
    if (may_pass(error.code)) return AfterPageError::wait;
    return source.cursor && !source.restarted ? AfterPageError::restart : AfterPageError::refuse;
}

AudienceLoader::AudienceLoader(boost::asio::any_io_executor loop, LoaderPorts ports, WorkspaceId workspace,
                               LoaderOptions options, LoaderEvents events,
                               std::function<void(std::exception_ptr)> on_bug)
    : ports_(ports),
      workspace_(std::move(workspace)),
      options_(options),
      events_(std::move(events)),
      loads_(std::move(loop), ports.clock, std::move(on_bug)),
      wake_(ports.clock.make_alarm()),
      page_(options.page) {}

bool AudienceLoader::may_ask() const {
    const auto status = ports_.gate.status();
    const bool closed = status.waiting == WaitReason::circuit_open || status.waiting == WaitReason::credential;
    return (!closed || status.trial) && ports_.clock.now() >= rest_until_;
}

Task<void> AudienceLoader::run() {
    while (!stopping_) {
        if (!loading_ && may_ask()) {
            auto next = co_await ports_.store.next_source(workspace_, last_);
            if (!next) {
                trouble("next source", next.error());
            } else if (*next && !stopping_) {
                last_ = (*next)->number;
                loading_ = true;
                loads_.spawn(load(std::move(**next)));
            }
        }
        co_await wake_->wait_until(ports_.clock.now() + options_.poll);
    }
}

Task<void> AudienceLoader::load(OpenSource source) {
    auto page = co_await read(source);
    if (page)
        co_await append(source, std::move(*page));
    else
        co_await failed(source, page.error());
    loading_ = false;
    wake_->ring();
}

Task<Result<ContactPage>> AudienceLoader::read(const OpenSource& source) {
    const auto deadline = Deadline::after(ports_.clock.now(), options_.page_deadline);
    // The search shows no members of a segment that is gone, as if it were empty.
    if (!source.cursor && std::holds_alternative<SegmentId>(source.query))
        if (const auto known = co_await ports_.directory.check(source.query, deadline); !known) co_return known.error();
    co_return co_await ports_.directory.members(source.query, source.cursor, page_, deadline);
}

Task<void> AudienceLoader::append(const OpenSource& source, ContactPage page) {
    failures_ = 0;
    if (page.contacts.empty()) page.next.reset();
    if (page.next && page.next == source.cursor) co_return co_await refuse(source, "Intercom's pages do not move on");
    if (page.next && source.pages + 1 >= options_.most_pages)
        co_return co_await refuse(source, fmt::format("there are more than {} pages", options_.most_pages));
    if (!page.next) page_ = options_.page;
    LoadedPage loaded{source.number, source.cursor, std::move(page.contacts), std::move(page.next)};
    const auto stored = co_await ports_.store.append_page(workspace_, std::move(loaded), ports_.clock.wall_now());
    if (!stored) {
        trouble("append page", stored.error());
        rest();
    } else if (*stored && events_.added) {
        events_.added();
    }
}

Task<void> AudienceLoader::failed(const OpenSource& source, const Error& error) {
    trouble("load audience", error);
    switch (after_page_error(source, error)) {
        case AfterPageError::smaller_page:
            page_ = std::max(options_.smallest_page, page_ / 3);
            rest();
            break;
        case AfterPageError::wait:
            rest();
            break;
        case AfterPageError::restart:
            if (const auto restarted = co_await ports_.store.restart_source(workspace_, source.number); !restarted) {
                trouble("restart source", restarted.error());
                rest();
            }
            break;
        case AfterPageError::refuse:
            co_await refuse(source, error.detail);
            break;
    }
}

Task<void> AudienceLoader::refuse(const OpenSource& source, std::string reason) {
    const auto refused =
        co_await ports_.store.refuse_source(workspace_, source.number, reason, ports_.clock.wall_now());
    if (!refused) {
        trouble("refuse source", refused.error());
        rest();
    } else if (*refused && events_.refused) {
        events_.refused(source.campaign, reason);
    }
}

// 1, 2, 4 … s, so that a host in trouble is not asked more often than a person would.
void AudienceLoader::rest() {
    const auto wait = options_.poll * (std::int64_t{1} << std::min(failures_, 10));
    ++failures_;
    rest_until_ = ports_.clock.now() + std::min<milliseconds>(wait, options_.longest_rest);
}

void AudienceLoader::trouble(std::string_view where, const Error& error) {
    if (events_.trouble) events_.trouble(where, error);
}

void AudienceLoader::stop() {
    stopping_ = true;
    wake_->ring();
}

Task<bool> AudienceLoader::drain(SteadyTime deadline) {
    co_return co_await loads_.join(deadline);
}

}  // namespace herald
