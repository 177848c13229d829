#include "api/operations.hpp"

#include <fmt/format.h>

#include "api/json/text.hpp"
#include "api/shapes.hpp"

namespace herald::api {
namespace {

constexpr std::size_t longest_id = 64;
constexpr std::size_t longest_external_id = 255;
constexpr std::size_t longest_email = 254;
constexpr std::size_t longest_tag = 255;

bool fits(std::string_view text, std::size_t most) {
    const auto length = utf8_length(text);
    return length && *length >= 1 && *length <= most;
}

}  // namespace

OrProblem<ContactRef> contact_of(const Call& call) {
    constexpr std::string_view external_id = "external_id:";
    constexpr std::string_view email = "email:";
    const std::string_view text = call.captured.front();
    if (text.starts_with(external_id)) {
        ContactRef ref{ContactRef::Kind::external_id, std::string(text.substr(external_id.size()))};
        if (fits(ref.value, longest_external_id)) return ref;
        return std::unexpected(
            path_problem("contact", fmt::format("an external_id has 1 to {} characters", longest_external_id)));
    }
    if (text.starts_with(email)) {
        ContactRef ref{ContactRef::Kind::email, std::string(text.substr(email.size()))};
        if (fits(ref.value, longest_email) && email_shaped(ref.value)) return ref;
        return std::unexpected(path_problem("contact", "what follows email: is not an email address"));
    }
    if (text.size() <= longest_id && id_shaped(text)) return ContactRef{ContactRef::Kind::id, std::string(text)};
    return std::unexpected(path_problem("contact", "an id of Intercom's, external_id:… or email:… is expected"));
}

OrProblem<std::string> tag_of(const Call& call) {
    const std::string& name = call.captured.back();
    const bool blank = name.find_first_not_of(" \t\r\n") == std::string::npos;
    if (!blank && fits(name, longest_tag)) return name;
    return std::unexpected(
        path_problem("tag", fmt::format("the name of a tag has 1 to {} characters, not only spaces", longest_tag)));
}

Task<OrProblem<std::int64_t>> admin_of(Backend& backend, const Call& call, Sender sender, bool named,
                                       std::string_view member, Deadline deadline) {
    const bool by_email = sender.email.has_value();
    const auto checked = co_await backend.senders.at(call.workspace.id).check(std::move(sender), deadline);
    if (checked && checked->admin_id) co_return *checked->admin_id;
    if (checked)
        co_return std::unexpected(
            problem(Error{Errc::not_executed, "Intercom cannot be asked which admin has this address"}));
    const auto pointer =
        named ? fmt::format("/{}/{}", member, by_email ? "email" : "admin_id") : fmt::format("/{}", member);
    const std::string detail = named ? "Intercom has no such admin in this workspace"
                                     : "INTERCOM_SENDER_ADMIN_ID names no admin of this workspace";
    co_return std::unexpected(Problem{.status = 422,
                                      .code = "sender_not_an_admin",
                                      .detail = detail,
                                      .errors = {{pointer, FieldCode::sender_not_an_admin, detail}}});
}

}  // namespace herald::api
