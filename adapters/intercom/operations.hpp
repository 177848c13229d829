#pragma once
// The operations on one contact, through the exchange that paces, protects and repeats.

#include <map>
#include <string>

#include "adapters/intercom/client.hpp"
#include "adapters/resilience/resilient_exchange.hpp"
#include "domain/ports/contact_operations.hpp"

namespace herald::intercom {

class Operations final : public ContactOperations {
 public:
    Operations(resilience::ResilientExchange& exchange, Credential credential, CredentialRefused refused)
        : exchange_(exchange), credential_(std::move(credential)), refused_(std::move(refused)) {}

    Task<Delivered> send(const OutboundMessage& message, SendPolicy policy, Deadline deadline) override;
    Task<Result<Note>> add_note(const NewNote& note, Deadline deadline) override;
    Task<Result<void>> track(const TrackedEvent& event, Deadline deadline) override;
    Task<Result<ContactProfile>> read(ContactRef ref, Deadline deadline) override;
    Task<Result<ContactProfile>> update(ContactId contact, const ContactChange& change, Deadline deadline) override;
    Task<Result<CreatedContact>> create(const ContactChange& change, Deadline deadline) override;
    Task<Result<void>> unarchive(ContactId contact, Deadline deadline) override;
    Task<Result<Tag>> add_tag(ContactId contact, const std::string& name, Deadline deadline) override;
    Task<Result<std::optional<Tag>>> remove_tag(ContactId contact, const std::string& name, Deadline deadline) override;

 private:
    // The answer when it is a success, else what it means. Safe to repeat.
    Task<Result<http::Reply>> ask(std::string method, std::string target, std::string body, Deadline deadline);
    Result<http::Reply> judged(http::Outcome outcome) const;
    Task<Result<CreatedContact>> adopt(Error conflict, const ContactChange& change, Deadline deadline);
    Task<Result<Tag>> tag_named(const std::string& name, Deadline deadline);

    resilience::ResilientExchange& exchange_;
    Credential credential_;
    CredentialRefused refused_;
    std::map<std::string, Tag> tags_;  // by name; what the workspace calls so, as far as we know
};

}  // namespace herald::intercom
