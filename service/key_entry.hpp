#pragma once
// API keys as the configuration has them: a list in YAML or JSON of what stands beside the hash.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/access/key.hpp"

namespace herald::service {

// The keys in `text`; every mistake goes to `mistakes`. They may name no workspace, or one that there is not.
std::vector<ApiKey> read_keys(const std::string& text, std::vector<std::string>& mistakes);

// Gives keys without a workspace the only one that is configured, and names what no configured workspace is.
void bind_key(ApiKey& key, const std::vector<std::string>& configured, std::vector<std::string>& mistakes);

// The scopes and the workspaces in a list separated by commas or spaces.
std::vector<std::string> listed(std::string_view text);
std::optional<SendPolicy> read_policy(const std::string& text, std::vector<std::string>& mistakes);
KeyScopes read_scopes(const std::vector<std::string>& names, std::vector<std::string>& mistakes);

// The entry in one line, as read_keys takes it.
std::string key_entry(const ApiKey& key);

}  // namespace herald::service
