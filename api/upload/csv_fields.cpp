#include "api/upload/csv_fields.hpp"

#include <fmt/format.h>

namespace herald::api {
namespace {

// What stands in quotes, taken off the front of `rest` with them; false: the closing quote is missing.
bool take_quoted(std::string_view& rest, std::string& field) {
    rest.remove_prefix(1);
    for (;;) {
        const auto quote = rest.find('"');
        if (quote == std::string_view::npos) return false;
        field += rest.substr(0, quote);
        rest.remove_prefix(quote + 1);
        if (!rest.starts_with('"')) return true;
        field += '"';
        rest.remove_prefix(1);
    }
}

}  // namespace

std::optional<std::string> read_csv_fields(std::string_view record, std::vector<std::string>& fields) {
    std::size_t count = 0;
    for (auto rest = record;;) {
        if (count == fields.size()) fields.emplace_back();
        auto& field = fields[count++];
        field.clear();
        if (rest.starts_with('"')) {
            if (!take_quoted(rest, field)) return fmt::format("field {}: the closing quote is missing", count);
            if (!rest.empty() && !rest.starts_with(','))
                return fmt::format("field {}: something stands behind the closing quote", count);
        } else {
            const auto plain = rest.substr(0, rest.find(','));
            if (plain.find('"') != std::string_view::npos)
                return fmt::format("field {}: a quote stands in a field without quotes", count);
            field = plain;
            rest.remove_prefix(plain.size());
        }
        if (rest.empty()) break;
        rest.remove_prefix(1);
    }
    fields.resize(count);
    return {};
}

}  // namespace herald::api
