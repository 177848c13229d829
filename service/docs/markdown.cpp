#include "service/docs/markdown.hpp"

#include <sstream>
#include <vector>

#include <fmt/format.h>

namespace herald::docs {
namespace {

// From `at`, which stands behind the opening `mark`, to the closing one; npos without.
std::string_view until(std::string_view text, std::size_t at, std::string_view mark) {
    const auto end = text.find(mark, at);
    return end == std::string_view::npos ? std::string_view() : text.substr(at, end - at);
}

bool begins_item(std::string_view line) {
    return line.starts_with("- ") || line.starts_with("* ");
}

// One paragraph, or one list.
std::string block(const std::vector<std::string>& lines) {
    if (lines.empty()) return {};
    std::string text;
    if (!begins_item(lines.front())) {
        for (const auto& line : lines) text += (text.empty() ? "" : " ") + line;
        return fmt::format("<p>{}</p>\n", inline_html(text));
    }
    std::string out = "<ul>";
    for (const auto& line : lines) {
        if (begins_item(line) && !text.empty()) out += fmt::format("<li>{}</li>", inline_html(text));
        if (begins_item(line))
            text = line.substr(2);
        else
            text += " " + line;
    }
    return out + fmt::format("<li>{}</li></ul>\n", inline_html(text));
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
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
            default:
                out += c;
        }
    }
    return out;
}

std::string inline_html(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto rest = text.substr(at);
        if (const auto code = rest.starts_with('`') ? until(text, at + 1, "`") : ""; !code.empty()) {
            out += fmt::format("<code>{}</code>", escaped(code));
            at += code.size() + 2;
        } else if (const auto bold = rest.starts_with("**") ? until(text, at + 2, "**") : ""; !bold.empty()) {
            out += fmt::format("<strong>{}</strong>", inline_html(bold));
            at += bold.size() + 4;
        } else {
            out += escaped(text.substr(at++, 1));
        }
    }
    return out;
}

std::string html_of(std::string_view text) {
    std::string out;
    std::vector<std::string> lines;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) {
        const auto first = line.find_first_not_of(' ');
        if (first != std::string::npos) {
            lines.push_back(line.substr(first));
            continue;
        }
        out += block(lines);
        lines.clear();
    }
    return out + block(lines);
}

std::string anchor(std::string_view kind, std::string_view name) {
    return escaped(fmt::format("{}-{}", kind, name));
}

}  // namespace herald::docs
