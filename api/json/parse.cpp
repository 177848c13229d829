#include "api/json/parse.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

namespace herald::api {
namespace {

namespace json = boost::json;
using json::error_code;

constexpr std::size_t longest_shown = 100;

// Builds the value, as the library's own handler does, and refuses a name that stands twice.
class Handler {
 public:
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        names_.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t n, error_code&) {
        names_.pop_back();
        stack_.push_object(n);
        return true;
    }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t n, error_code&) {
        stack_.push_array(n);
        return true;
    }
    bool on_key_part(json::string_view s, std::size_t, error_code&) {
        name_.append(s.data(), s.size());
        stack_.push_chars(s);
        return true;
    }
    bool on_key(json::string_view s, std::size_t, error_code& ec) {
        name_.append(s.data(), s.size());
        if (!names_.back().insert(name_).second) {
            twice_ = name_.size() <= longest_shown ? name_ : "(long)";
            ec = make_error_code(json::error::syntax);
            return false;
        }
        name_.clear();
        stack_.push_key(s);
        return true;
    }
    bool on_string_part(json::string_view s, std::size_t, error_code&) {
        stack_.push_chars(s);
        return true;
    }
    bool on_string(json::string_view s, std::size_t, error_code&) {
        stack_.push_string(s);
        return true;
    }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t i, json::string_view, error_code&) {
        stack_.push_int64(i);
        return true;
    }
    bool on_uint64(std::uint64_t u, json::string_view, error_code&) {
        stack_.push_uint64(u);
        return true;
    }
    bool on_double(double d, json::string_view, error_code&) {
        stack_.push_double(d);
        return true;
    }
    bool on_bool(bool b, error_code&) {
        stack_.push_bool(b);
        return true;
    }
    bool on_null(error_code&) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

    json::value release() { return stack_.release(); }
    const std::optional<std::string>& twice() const { return twice_; }

 private:
    json::value_stack stack_;
    std::vector<std::unordered_set<std::string>> names_;  // of the objects that are open
    std::string name_;
    std::optional<std::string> twice_;
};

std::string explain(std::string_view text, std::size_t at, const error_code& error,
                    const std::optional<std::string>& twice) {
    at = std::min(at, text.size());
    const auto before = text.substr(0, at);
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto column = at - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1) + 1;
    const auto place = fmt::format("at byte {} (line {}, column {})", at, line, column);
    if (twice) return fmt::format("a name stands twice in one object: {} {}", *twice, place);
    if (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80)
        return fmt::format("not valid JSON or not valid UTF-8 {}", place);
    return fmt::format("not valid JSON: {} {}", error.message(), place);
}

}  // namespace

std::expected<json::value, std::string> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = deepest_json;
    json::basic_parser<Handler> parser(options);
    error_code error;
    const auto read = parser.write_some(false, text.data(), text.size(), error);
    if (!error && read < text.size()) error = make_error_code(json::error::extra_data);
    if (error) return std::unexpected(explain(text, read, error, parser.handler().twice()));
    return parser.handler().release();
}

}  // namespace herald::api
