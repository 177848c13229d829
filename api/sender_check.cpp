#include "api/sender_check.hpp"

#include "domain/campaign/sender.hpp"

namespace herald::api {
namespace {

constexpr seconds believed_for{60};
constexpr seconds patience{5};     // how long a creation waits for Intercom
constexpr seconds asked_again{5};  // after a failure, or when a name is missing from the remembered list

}  // namespace

Task<std::optional<Sender>> SenderCheck::check(Sender sender, Deadline deadline) {
    const auto age = learned_ ? clock_.now() - *learned_ : SteadyTime::duration::max();
    const bool believed = age < believed_for;
    const bool missing = believed && find_admin(admins_, sender) == nullptr;
    if (!believed || (missing && age >= asked_again))
        if (!co_await refresh(deadline) && !believed) co_return sender;
    const auto* admin = find_admin(admins_, sender);
    if (admin == nullptr) co_return std::nullopt;
    sender.admin_id = admin->id;
    sender.verified = true;
    co_return sender;
}

Task<bool> SenderCheck::refresh(Deadline deadline) {
    if (failed_ && clock_.now() - *failed_ < asked_again) co_return false;
    auto admins = co_await directory_.admins(deadline.capped(clock_.now(), patience));
    if (!admins) {
        failed_ = clock_.now();
        co_return false;
    }
    admins_ = *std::move(admins);
    learned_ = clock_.now();
    failed_.reset();
    co_return true;
}

Task<std::optional<Problem>> settle_sender(SenderCheck& senders, Sender& sender, bool named, Deadline deadline) {
    auto checked = co_await senders.check(sender, deadline);
    if (checked) {
        sender = *std::move(checked);
        co_return std::nullopt;
    }
    const std::string pointer = !named ? "/sender" : sender.email ? "/sender/email" : "/sender/admin_id";
    const std::string detail = named ? "Intercom has no such admin in this workspace, and sends only from admins"
                                     : "INTERCOM_SENDER_ADMIN_ID names no admin of this workspace";
    co_return Problem{.status = 422,
                      .code = "sender_not_an_admin",
                      .detail = detail,
                      .errors = {{pointer, FieldCode::sender_not_an_admin, detail}}};
}

}  // namespace herald::api
