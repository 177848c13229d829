#pragma once
// A filter as clients write it, and where each part of it stood, so that a refusal can point there. Two forms: a map
// of attributes that must all be equal, and a tree of `all`, `any` and {field, op, value}.

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "api/json/decoder.hpp"
#include "domain/filter/contact_search.hpp"

namespace herald::api {

struct FilterPlace {
    std::string pointer;
    bool entry{};  // of a map: field, comparison and value are at one place
    std::vector<FilterPlace> parts;
};

struct FilterBody {
    Filter filter;
    FilterPlace place;
};

// Also refuses what Intercom's search is known not to take.
void decode(Decoder& decoder, const boost::json::value& value, FilterBody& out);

// Where the condition stands that Intercom's words are about; the whole filter when that cannot be told.
std::string place_named_in(const FilterBody& body, std::string_view words);

// A filter as a tree, for views.
struct FilterView {
    Filter filter;
};
boost::json::value encode(const FilterView& view);

}  // namespace herald::api
