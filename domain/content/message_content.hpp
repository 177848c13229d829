#pragma once
// A campaign's subject and body, compiled once and rendered for every recipient.

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/campaign/campaign.hpp"
#include "domain/content/template.hpp"
#include "domain/core/result.hpp"

namespace herald {

struct ContentMistake {
    std::string_view field;  // "subject", "body_html" or "body_text"
    std::size_t offset{};    // in bytes, within the field
    std::string detail;

    friend bool operator==(const ContentMistake&, const ContentMistake&) = default;
};

struct RenderedMessage {
    std::string subject;  // one line; empty when the campaign has none
    std::string body;     // HTML

    friend bool operator==(const RenderedMessage&, const RenderedMessage&) = default;
};

// Intercom documents no limit; ours is API.md section 9, U11.
inline constexpr std::size_t largest_body = 256UL * 1024UL;

// The recipient's win over the campaign's, which win over what Intercom knows about the contact. A value that
// is there wins even when it is empty.
Variables merge_variables(const Variables& recipient, const Variables& campaign, const Variables& contact);

class MessageContent {
 public:
    // All mistakes in the templates, and a body too large for every recipient. Whether the channel wants a
    // subject is not asked here.
    static std::expected<MessageContent, std::vector<ContentMistake>> compile(const Campaign& campaign);

    // Every variable of subject and body, each once.
    std::vector<std::string> variables() const;
    // The required ones that `variables` lacks, each once.
    std::vector<std::string> missing(const Variables& variables) const;

    // True: the rendered body is not too large. False says nothing; it is found out by rendering.
    bool surely_fits(const Variables& variables) const;

    // Errors: invalid_argument, when a variable is missing (the detail names them all) or the rendered body is
    // larger than largest_body. Values never appear in a detail.
    Result<RenderedMessage> render(const Variables& variables) const;

 private:
    std::optional<Template> subject_;
    Template body_;
    Escaping escaping_{};
};

}  // namespace herald
