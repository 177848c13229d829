#pragma once
// A filter of an automation: it is answered here, on a contact and on an event.

#include "api/filter_body.hpp"

namespace herald::api {

// Where there is no event to speak about, check_definition() says so.
using RunCondition = ConditionBody<FilterScope::contact_and_event>;

inline boost::json::value encode(const RunCondition& body) {
    return encode(FilterView{body.filter});
}

}  // namespace herald::api
