#pragma once
// The search language: parsed against the fields of what is searched, then evaluated record by record.

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

#include "tests/intercom_sim/reply.hpp"

namespace sim {

enum class FieldKind : std::uint8_t { text, number, date, boolean, set };
enum class Operator : std::uint8_t { eq, ne, in, nin, lt, gt, le, ge, contains, lacks, starts, ends };

struct Field {
    int id{};
    FieldKind kind{};
    bool lower{};  // compared in lower case
};

using FieldLookup = std::function<std::optional<Field>(std::string_view)>;
using Literal = std::variant<std::monostate, bool, double, std::string>;
using FieldValue = std::variant<std::monostate, bool, double, std::string_view>;

struct Query {
    enum class Kind : std::uint8_t { filter, all, any };
    Kind kind{};
    Field field{};
    Operator op{};
    std::vector<Literal> values{};  // one, or those of IN and NIN
    std::vector<Query> children{};
};

// What is searched.
class Record {
 public:
    Record() = default;
    Record(const Record&) = delete;
    Record& operator=(const Record&) = delete;
    virtual ~Record() = default;
    virtual FieldValue value(int field) const = 0;                   // every kind but set
    virtual bool has(int field, std::string_view member) const = 0;  // set
};

enum class Dates : std::uint8_t { whole_days, seconds };  // up to 2.16, from 2.17

std::expected<Query, ApiError> parse_query(const boost::json::value& query, const FieldLookup& fields);
bool matches(const Query& query, const Record& record, Dates dates);

}  // namespace sim
