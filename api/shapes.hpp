#pragma once
// The shape of texts that name people, not their existence.

#include <string_view>

namespace herald::api {

// One @, a local part without spaces, a domain with a dot.
bool email_shaped(std::string_view text);
// An id of Intercom's: letters, digits, - and _.
bool id_shaped(std::string_view text);

}  // namespace herald::api
