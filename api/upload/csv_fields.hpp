#pragma once
// One CSV record (RFC 4180) to its fields.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace herald::api {

// Fills `fields`, reusing what is in it. The answer is what is wrong, for people; nullopt: nothing is.
std::optional<std::string> read_csv_fields(std::string_view record, std::vector<std::string>& fields);

}  // namespace herald::api
