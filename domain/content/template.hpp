#pragma once
// Texts with variables. Subject and body take the same road: parse, look at what is missing, render.
//
//   {{ name }}                        must have a value, though it may be empty
//   {{ name | default: "there" }}     the default when there is no value or an empty one; ' also quotes
//
// Names: [A-Za-z_][A-Za-z0-9_.]*. Nothing else that Liquid knows is supported, and each use of it is a mistake
// rather than text, so that no recipient ever reads a tag. Source: REST.md "Campaign", API.md 3.4.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/contact/contact.hpp"

namespace herald {

struct TemplateMistake {
    std::size_t offset{};  // in bytes, of the tag
    std::string detail;

    friend bool operator==(const TemplateMistake&, const TemplateMistake&) = default;
};

// What the rendered text will be. Whatever the values hold, the result contains neither "{{" nor "{%", which
// Intercom would expand.
enum class Escaping : std::uint8_t {
    html,   // the template is HTML, its values are not: they are escaped
    text,   // the template and its values are text; the result is HTML that shows it, line breaks as <br>
    plain,  // one line of text, as a subject: line breaks become a space
};

class Template {
 public:
    // Mistakes beyond these are not listed; nobody reads them.
    static constexpr std::size_t most_mistakes = 100;

    // All mistakes at once, in the order of the text. Linear in the text, whatever it holds.
    static std::expected<Template, std::vector<TemplateMistake>> parse(std::string_view text);

    // Each name once, in the order of the text.
    const std::vector<std::string>& variables() const { return variables_; }
    // Those that stand at least once without a default.
    const std::vector<std::string>& required() const { return required_; }
    // Required and absent from `variables`.
    std::vector<std::string> missing(const Variables& variables) const;

    // Bytes of the text without its placeholders: no rendering is shorter.
    std::size_t literal_size() const;
    // Bytes before escaping, or more: no placeholder counts less than it will have.
    std::size_t size_at_most(const Variables& variables) const;

    // The text, or the names that are missing.
    std::expected<std::string, std::vector<std::string>> render(const Variables& variables, Escaping escaping) const;

 private:
    struct Placeholder {
        std::string name;
        std::optional<std::string> fallback;
    };
    struct Part {
        std::string literal;  // before the placeholder
        std::optional<Placeholder> placeholder;
    };

    friend class TemplateParser;
    std::vector<Part> parts_;
    std::vector<std::string> variables_;
    std::vector<std::string> required_;
};

// The five characters that mean something in HTML, and "{", as character references.
std::string escape_html(std::string_view text);
// HTML that shows the text: escape_html, with line breaks (LF, CR LF or CR) as <br>.
std::string text_to_html(std::string_view text);

}  // namespace herald
