#pragma once

#include <boost/json/object.hpp>

#include "tests/intercom_sim/world.hpp"

namespace sim {

boost::json::object contact_json(const World& world, ContactIndex index, const Contact& contact,
                                 bool with_merge_history = false);
boost::json::object contact_reference(const World& world, ContactIndex index);  // {type,id,external_id}
boost::json::object admin_json(const Admin& admin);
boost::json::value text_or_null(std::string_view text);
boost::json::value time_or_null(std::int64_t time);

}  // namespace sim
