#include "domain/content/message_content.hpp"

#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace herald {
namespace {

std::string_view body_field(Body::Format format) {
    switch (format) {
        case Body::Format::html:
            return "body_html";
        case Body::Format::text:
            return "body_text";
    }
    return "";
}

std::string too_large(std::size_t bytes) {
    return fmt::format("the rendered body has {} bytes, at most {} are sent", bytes, largest_body);
}

std::optional<Template> parse_field(std::string_view field, std::string_view text,
                                    std::vector<ContentMistake>& mistakes) {
    auto parsed = Template::parse(text);
    if (parsed) return std::move(*parsed);
    for (auto& mistake : parsed.error()) mistakes.push_back({field, mistake.offset, std::move(mistake.detail)});
    return {};
}

std::vector<std::string> joined(std::vector<std::string> first, const std::vector<std::string>& second) {
    const std::set<std::string> named(first.begin(), first.end());
    for (const auto& name : second)
        if (!named.contains(name)) first.push_back(name);
    return first;
}

}  // namespace

Variables merge_variables(const Variables& recipient, const Variables& campaign, const Variables& contact) {
    Variables merged = recipient;
    merged.insert(campaign.begin(), campaign.end());  // insert keeps what is there
    merged.insert(contact.begin(), contact.end());
    return merged;
}

std::expected<MessageContent, std::vector<ContentMistake>> MessageContent::compile(const Campaign& campaign) {
    MessageContent content;
    std::vector<ContentMistake> mistakes;
    if (campaign.subject) content.subject_ = parse_field("subject", *campaign.subject, mistakes);
    const auto field = body_field(campaign.body.format);
    auto body = parse_field(field, campaign.body.content, mistakes);
    if (body && body->literal_size() > largest_body) mistakes.push_back({field, 0, too_large(body->literal_size())});
    if (!mistakes.empty()) return std::unexpected(std::move(mistakes));
    content.body_ = std::move(*body);
    content.escaping_ = campaign.body.format == Body::Format::html ? Escaping::html : Escaping::text;
    return content;
}

std::vector<std::string> MessageContent::variables() const {
    return joined(subject_ ? subject_->variables() : std::vector<std::string>{}, body_.variables());
}

std::vector<std::string> MessageContent::missing(const Variables& variables) const {
    return joined(subject_ ? subject_->missing(variables) : std::vector<std::string>{}, body_.missing(variables));
}

bool MessageContent::surely_fits(const Variables& variables) const {
    constexpr std::size_t longest_escape = std::string_view("&quot;").size();
    return body_.size_at_most(variables) <= largest_body / longest_escape;
}

Result<RenderedMessage> MessageContent::render(const Variables& variables) const {
    if (const auto names = missing(variables); !names.empty())
        return Error{Errc::invalid_argument, fmt::format("no value for: {}", fmt::join(names, ", "))};
    RenderedMessage message;
    if (subject_) message.subject = *subject_->render(variables, Escaping::plain);
    message.body = *body_.render(variables, escaping_);
    if (message.body.size() > largest_body) return Error{Errc::invalid_argument, too_large(message.body.size())};
    return message;
}

}  // namespace herald
