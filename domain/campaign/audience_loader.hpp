#pragma once
// The loading loop: the open sources of running campaigns, one page after the other, in turns. Its calls are few (a
// page brings up to 150 people), so they go in the background lane: the least share of the limit still brings people
// faster than they can be sent to, and people who are there already are not held up by those who are not.
//
//   read     a page of Intercom's search       crash: the cursor is where it was, the page is read again
//   append   recipients, contacts and cursor in one transaction     crash: all of it or nothing
//
// A cursor that Intercom refuses is given up once and the source read from its beginning; who is there already is
// not added again. A source that is refused then pauses its campaign.

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "domain/campaign/campaign.hpp"
#include "domain/core/scope.hpp"
#include "domain/ports/audience_directory.hpp"
#include "domain/ports/audience_store.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald {

struct LoaderOptions {
    std::size_t page{150};          // contacts asked for at once
    std::size_t smallest_page{10};  // when larger ones cannot be read
    std::int64_t most_pages{100'000};
    milliseconds poll{1'000};
    milliseconds longest_rest{60'000};    // between attempts while Intercom does not answer
    milliseconds page_deadline{120'000};  // of one page with all its retries
};

struct LoaderPorts {
    AudienceStore& store;
    AudienceDirectory& directory;
    SendGate& gate;
    Clock& clock;
};

// Facts for the rest of the process; the domain itself writes no log.
struct LoaderEvents {
    std::function<void()> added;  // recipients were added, or a source ended
    std::function<void(const CampaignId&, std::string_view reason)> refused;
    std::function<void(std::string_view where, const Error&)> trouble;
};

// What follows from an error of the directory. Pure.
enum class AfterPageError : std::uint8_t { wait, smaller_page, restart, refuse };
AfterPageError after_page_error(const OpenSource& source, const Error& error);

class AudienceLoader {
 public:
    AudienceLoader(boost::asio::any_io_executor loop, LoaderPorts ports, WorkspaceId workspace, LoaderOptions options,
                   LoaderEvents events, std::function<void(std::exception_ptr)> on_bug);

    Task<void> run();  // until stop(). Spawn it once.
    // A hint that there may be a source to load: after a launch or resume.
    void wake() { wake_->ring(); }
    void stop();
    // After stop(): waits for the page that is being read.
    Task<bool> drain(SteadyTime deadline);

 private:
    Task<void> load(OpenSource source);
    Task<Result<ContactPage>> read(const OpenSource& source);
    Task<void> append(const OpenSource& source, ContactPage page);
    Task<void> failed(const OpenSource& source, const Error& error);
    Task<void> refuse(const OpenSource& source, std::string reason);
    bool may_ask() const;
    void rest();
    void trouble(std::string_view where, const Error& error);

    LoaderPorts ports_;
    WorkspaceId workspace_;
    LoaderOptions options_;
    LoaderEvents events_;
    Scope loads_;
    std::unique_ptr<Alarm> wake_;
    std::int64_t last_{};  // the source whose turn was last
    std::size_t page_;     // contacts asked for at once, at present
    int failures_{};       // in a row
    SteadyTime rest_until_{};
    bool loading_{};
    bool stopping_{};
};

}  // namespace herald
