#include "domain/content/template.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace herald {
namespace {

constexpr std::string_view spaces = " \t\r\n";
constexpr std::string_view supported = "supported are {{ name }} and {{ name | default: \"text\" }}";

bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool continues_name(char c) {
    return starts_name(c) || (c >= '0' && c <= '9') || c == '.';
}

// Reads the inside of one {{ … }} from the left.
struct Scanner {
    std::string_view rest;

    void skip_spaces() { rest.remove_prefix(std::min(rest.find_first_not_of(spaces), rest.size())); }
    bool take(char c) {
        skip_spaces();
        if (!rest.starts_with(c)) return false;
        rest.remove_prefix(1);
        return true;
    }
    std::string_view name() {
        skip_spaces();
        if (rest.empty() || !starts_name(rest.front())) return {};
        const auto length = static_cast<std::size_t>(std::ranges::find_if_not(rest, continues_name) - rest.begin());
        return take_first(length);
    }
    // Between single or double quotes, without a backslash: nobody can expect an escape.
    std::optional<std::string_view> quoted() {
        skip_spaces();
        if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) return {};
        const auto end = rest.find(rest.front(), 1);
        if (end == std::string_view::npos) return {};
        const auto text = take_first(end + 1).substr(1, end - 1);
        if (text.contains('\\')) return {};
        return text;
    }
    bool at_end() {
        skip_spaces();
        return rest.empty();
    }

 private:
    std::string_view take_first(std::size_t length) {
        const auto taken = rest.substr(0, length);
        rest.remove_prefix(length);
        return taken;
    }
};

// For messages: a tag as it was written, cut to a readable length between two characters of UTF-8.
std::string quote(std::string_view tag) {
    std::size_t length = 60;
    if (tag.size() <= length) return std::string(tag);
    while (length > 0 && (static_cast<unsigned char>(tag[length]) & 0xC0U) == 0x80U) --length;
    return fmt::format("{}…", tag.substr(0, length));
}

// Keeps Intercom from expanding what is left of a tag, also where a value and its surroundings form one.
std::string one_line(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const char before = i > 0 ? text[i - 1] : '\0';
        if (c == '\n' && before == '\r') continue;
        if (before == '{' && (c == '{' || c == '%')) out += ' ';
        out += c == '\r' || c == '\n' ? ' ' : c;
    }
    return out;
}

}  // namespace

class TemplateParser {
 public:
    explicit TemplateParser(std::string_view text) : text_(text) {}

    std::expected<Template, std::vector<TemplateMistake>> parse() {
        std::size_t at = 0;
        while (at < text_.size()) {
            const auto open = next_tag(at);
            literal_ += text_.substr(at, open - at);
            if (open == std::string_view::npos) break;
            at = text_[open + 1] == '{' ? placeholder(open) : tag(open);
        }
        result_.parts_.push_back({std::move(literal_), {}});
        name_variables();
        if (!mistakes_.empty()) return std::unexpected(std::move(mistakes_));
        return std::move(result_);
    }

 private:
    // The next "{{" or "{%".
    std::size_t next_tag(std::size_t from) const {
        for (auto at = text_.find('{', from); at != std::string_view::npos; at = text_.find('{', at + 1))
            if (at + 1 < text_.size() && (text_[at + 1] == '{' || text_[at + 1] == '%')) return at;
        return std::string_view::npos;
    }

    // Reads the {{ … }} at `open` and returns where to go on.
    std::size_t placeholder(std::size_t open) {
        const auto next = std::min(next_tag(open + 2), text_.size());
        const auto close = text_.substr(0, next).find("}}", open + 2);
        if (close == std::string_view::npos) {
            mistake(open, "\"{{{{\" without \"}}}}\"");
            return next;
        }
        const auto whole = text_.substr(open, close + 2 - open);
        if (auto found = read(text_.substr(open + 2, close - open - 2), whole, open))
            result_.parts_.push_back({std::exchange(literal_, {}), std::move(found)});
        return close + 2;
    }

    std::optional<Template::Placeholder> read(std::string_view inside, std::string_view whole, std::size_t offset) {
        Scanner in{inside};
        const auto name = in.name();
        if (name.empty()) return mistake(offset, "{} names no variable", quote(whole));
        Template::Placeholder found{std::string(name), {}};
        if (in.at_end()) return found;
        if (!in.take('|')) return mistake(offset, "{} is not understood", quote(whole));
        const auto filter = in.name();
        if (filter != "default") return mistake(offset, "{}: no filter but default is supported", quote(whole));
        const auto fallback = in.take(':') ? in.quoted() : std::nullopt;
        if (!fallback) return mistake(offset, "{}: default needs a quoted text without a backslash", quote(whole));
        if (!in.at_end()) return mistake(offset, "{}: nothing may follow the default", quote(whole));
        found.fallback = *fallback;
        return found;
    }

    std::size_t tag(std::size_t open) {
        const auto next = std::min(next_tag(open + 2), text_.size());
        const auto close = text_.substr(0, next).find("%}", open + 2);
        const auto end = close == std::string_view::npos ? open + 2 : close + 2;
        mistake(open, "{} is a tag, and tags are not supported", quote(text_.substr(open, end - open)));
        return end;
    }

    void name_variables() {
        std::set<std::string_view> named;
        std::set<std::string_view> needed;
        for (const auto& part : result_.parts_) {
            if (!part.placeholder) continue;
            const auto& name = part.placeholder->name;
            if (named.insert(name).second) result_.variables_.push_back(name);
            if (!part.placeholder->fallback && needed.insert(name).second) result_.required_.push_back(name);
        }
    }

    template <class... Args>
    std::nullopt_t mistake(std::size_t offset, fmt::format_string<Args...> what, Args&&... args) {
        if (mistakes_.size() >= Template::most_mistakes) return std::nullopt;
        mistakes_.push_back({offset, fmt::format(what, std::forward<Args>(args)...) + "; " + std::string(supported)});
        return std::nullopt;
    }

    std::string_view text_;
    std::string literal_;
    Template result_;
    std::vector<TemplateMistake> mistakes_;
};

std::expected<Template, std::vector<TemplateMistake>> Template::parse(std::string_view text) {
    return TemplateParser(text).parse();
}

std::vector<std::string> Template::missing(const Variables& variables) const {
    std::vector<std::string> names;
    for (const auto& name : required_)
        if (!variables.contains(name)) names.push_back(name);
    return names;
}

std::size_t Template::literal_size() const {
    std::size_t size = 0;
    for (const auto& part : parts_) size += part.literal.size();
    return size;
}

std::size_t Template::size_at_most(const Variables& variables) const {
    std::size_t size = literal_size();
    for (const auto& part : parts_) {
        if (!part.placeholder) continue;
        const auto found = variables.find(part.placeholder->name);
        const auto given = found != variables.end() ? found->second.size() : 0;
        size += std::max(given, part.placeholder->fallback ? part.placeholder->fallback->size() : 0);
    }
    return size;
}

std::expected<std::string, std::vector<std::string>> Template::render(const Variables& variables,
                                                                      Escaping escaping) const {
    if (auto names = missing(variables); !names.empty()) return std::unexpected(std::move(names));
    std::string out;
    for (const auto& part : parts_) {
        out += part.literal;
        if (!part.placeholder) continue;
        const auto found = variables.find(part.placeholder->name);
        const bool given = found != variables.end() && (!found->second.empty() || !part.placeholder->fallback);
        const std::string& value = given ? found->second : *part.placeholder->fallback;
        out += escaping == Escaping::html ? escape_html(value) : value;
    }
    switch (escaping) {
        case Escaping::html:
            return out;
        case Escaping::text:
            return text_to_html(out);
        case Escaping::plain:
            return one_line(out);
    }
    return out;
}

std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            case '{':
                out += "&#123;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string text_to_html(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = text.find_first_of("\r\n");
        out += escape_html(text.substr(0, end));
        if (end == std::string_view::npos) break;
        out += "<br>";
        text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
    }
    return out;
}

}  // namespace herald
