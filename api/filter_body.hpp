#pragma once
// A filter as clients write it, and where each part of it stood, so that a refusal can point there. Two forms: a map
// of attributes that must all be equal, and a tree of `all`, `any` and {field, op, value}.

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "api/json/decoder.hpp"
#include "domain/filter/evaluate.hpp"

namespace herald::api {

struct FilterPlace {
    std::string pointer;
    bool entry{};  // of a map: field, comparison and value are at one place
    std::vector<FilterPlace> parts;
};

// Of an audience, which Intercom searches for.
struct FilterBody {
    Filter filter;
    FilterPlace place;
};

// Also refuses what Intercom's search is known not to take. Dates become Unix seconds: with_dates_read().
void decode(Decoder& decoder, const boost::json::value& value, FilterBody& out);

// The same for a filter that is answered here, with or without an event at hand: refused by refused_here().
template <FilterScope Scope>
struct ConditionBody {
    Filter filter;
    FilterPlace place;
};
void decode(Decoder& decoder, const boost::json::value& value, ConditionBody<FilterScope::contact>& out);
void decode(Decoder& decoder, const boost::json::value& value, ConditionBody<FilterScope::contact_and_event>& out);

// Where the condition stands that Intercom's words are about; the whole filter when that cannot be told.
std::string place_named_in(const FilterBody& body, std::string_view words);

// A filter as a tree, for views.
struct FilterView {
    Filter filter;
};
boost::json::value encode(const FilterView& view);
inline boost::json::value encode(const FilterBody& body) {
    return encode(FilterView{body.filter});
}

}  // namespace herald::api
