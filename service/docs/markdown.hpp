#pragma once
// The little of Markdown that openapi.yaml uses, as HTML.

#include <string>
#include <string_view>

namespace herald::docs {

std::string escaped(std::string_view text);      // for text and for attributes
std::string inline_html(std::string_view text);  // **bold**, `code`
std::string html_of(std::string_view text);      // the same in paragraphs and lists
// A name as part of a link within the page.
std::string anchor(std::string_view kind, std::string_view name);

}  // namespace herald::docs
