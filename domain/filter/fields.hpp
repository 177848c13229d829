#pragma once
// The fields that a filter may be about: those of Intercom's contact search (API.md 3.3), custom attributes, and what
// an event says.

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/filter/filter.hpp"

namespace herald {

enum class FieldType : std::uint8_t {
    text,
    role,
    date,
    flag,
    membership,
    open,  // only its value tells: a custom attribute, or what an event carries
};

inline constexpr std::string_view custom_prefix = "custom_attributes.";
inline constexpr std::string_view event_name_field = "event.name";
inline constexpr std::string_view event_metadata_prefix = "event.metadata.";

// Whether it is one of Intercom's own fields.
bool is_contact_field(std::string_view field);
// FieldType::open for whatever is none of Intercom's own.
FieldType type_of(std::string_view field);

// What the search calls a field: its own fields by their name; any other plain name is the custom attribute of that
// name ("tier" is "custom_attributes.tier").
std::string contact_search_field(std::string_view field);

// The condition with its dates as Unix seconds, where they were given as RFC 3339 with an offset and no fraction of a
// second: all values of a date field, and of an open one those whose order is compared, since texts have none.
FilterCondition with_dates_read(FilterCondition condition);

}  // namespace herald
