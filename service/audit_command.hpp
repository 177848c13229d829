#pragma once
// `herald audit verify`: the audit chains of a data directory, checked without the service, also while it runs.

#include <filesystem>

namespace herald::service {

// Prints one line for each workspace to stdout. 0: every chain holds; 1: one is broken. Throws std::exception with a
// message for the operator when the directory cannot be read. Changes nothing.
int verify_audit(const std::filesystem::path& data_directory);

}  // namespace herald::service
