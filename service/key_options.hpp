#pragma once
// What `herald keys create` is asked for.

#include <span>
#include <string>
#include <vector>

#include "domain/access/key.hpp"

namespace herald::service {

struct KeyOptions {
    ApiKey key;                // without its hash
    bool for_configuration{};  // show the entry for HERALD_KEYS, and store nothing
    std::vector<std::string> mistakes;
};

// `--name N --scopes S,… [--workspaces W,…] [--requests-per-minute R] [--delivery-policy P] [--config]`; also
// `--name=N`. Workspaces are those of `configured`, unless the entry is for another configuration.
KeyOptions read_key_options(std::span<const std::string> arguments, const std::vector<std::string>& configured);

}  // namespace herald::service
