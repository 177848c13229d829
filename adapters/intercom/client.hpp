#pragma once
// Intercom's operations as the domain's ports. Version 2.16 is asked for on every call.

#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/http/exchange.hpp"
#include "adapters/intercom/wire.hpp"
#include "domain/ports/audience_directory.hpp"
#include "domain/ports/contact_creator.hpp"
#include "domain/ports/messenger.hpp"

namespace herald::intercom {

inline constexpr std::string_view api_version = "2.16";

// A late answer is worth more than an early `unknown`, so a send waits longer than anything else.
inline constexpr milliseconds send_total{30'000};

struct Credential {
    std::string token;  // never logged
};

// A call with the headers that every request carries.
http::Call make_call(const Credential& credential, std::string method, std::string target, std::string body = {});

// As a segment of a path.
std::string encoded(std::string_view text);

// `GET /me`: the harmless call that tells whether host and credential work.
http::Call identify_call(const Credential& credential);

// Told when an answer says that the credential does not work (401, 402, plan or permission 403).
using CredentialRefused = std::function<void()>;

// One attempt each, through a wire that neither retries nor waits; the caller holds a ticket.
class Sender final : public Messenger, public EventTracker, public NoteWriter {
 public:
    Sender(http::Exchange& wire, Credential credential, CredentialRefused refused)
        : wire_(wire), credential_(std::move(credential)), refused_(std::move(refused)) {}

    Task<Result<Receipt>> deliver(const OutboundMessage& message, Deadline deadline) override;
    Task<Result<void>> track(const TrackedEvent& event, Deadline deadline) override;
    Task<Result<Note>> write(const NewNote& note, Deadline deadline) override;

 private:
    Error failed(Error error) const;

    http::Exchange& wire_;
    Credential credential_;
    CredentialRefused refused_;
};

// Reads, and creations, which are as safe to repeat: through an exchange that paces, protects and retries.
class Directory final : public ContactDirectory,
                        public AdminDirectory,
                        public AudienceDirectory,
                        public ContactCreator {
 public:
    Directory(boost::asio::any_io_executor loop, Clock& clock, http::Exchange& exchange, Credential credential,
              CredentialRefused refused)
        : loop_(std::move(loop)),
          clock_(clock),
          exchange_(exchange),
          credential_(std::move(credential)),
          refused_(std::move(refused)) {}

    Task<Result<std::vector<Lookup>>> find(std::vector<ContactRef> refs, Deadline deadline) override;
    Task<Result<std::vector<Admin>>> admins(Deadline deadline) override;
    Task<Result<void>> check(AudienceQuery query, Deadline deadline) override;
    Task<Result<ContactPage>> members(AudienceQuery query, std::optional<std::string> after, std::size_t limit,
                                      Deadline deadline) override;
    Task<Result<Creation>> create(NewContact person, Deadline deadline) override;

 private:
    struct Search;

    Task<Result<Creation>> adopt(std::string message, ContactRef ref, Deadline deadline);
    Task<Result<FoundContact>> get(std::string target, Deadline deadline);
    // The answer in 2xx, or what went wrong; a refused credential is reported.
    Result<http::Reply> judged(http::Outcome outcome);
    Task<Result<http::Reply>> ask(std::string method, std::string target, std::string body, Deadline deadline);
    Task<Result<void>> search(Search& search, ContactRef::Kind kind, Deadline deadline);
    Task<Result<Lookup>> confirm(ContactRef ref, Deadline deadline);
    Task<void> confirm_into(Lookup& out, const ContactRef& ref, std::optional<Error>& failed, Deadline deadline);

    boost::asio::any_io_executor loop_;
    Clock& clock_;
    http::Exchange& exchange_;
    Credential credential_;
    CredentialRefused refused_;
};

}  // namespace herald::intercom
