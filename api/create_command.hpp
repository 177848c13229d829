#pragma once
// Creations and actions, read from their bodies.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "api/field_error.hpp"
#include "api/filter_body.hpp"
#include "api/json/decoder.hpp"
#include "domain/campaign/campaign.hpp"
#include "domain/campaign/schedule.hpp"
#include "domain/ports/time_zones.hpp"

namespace herald::api {

struct CreateCommand {
    std::string body_hash;     // of the body alone, for client_ref
    std::string request_hash;  // with method and path, for the idempotency key
    FieldErrors errors;        // when there are any, nothing below counts
    Campaign campaign;         // without id, workspace and times
    std::vector<Recipient> audience;
    std::optional<FilterBody> filter;  // of the audience, as it was written
    bool sender_named{};               // by the client, not by the configuration
    bool launch{};
    LaunchTerms terms;  // of the campaign too; as far as they could be read also when there are errors
};

// A creation without its hashes and errors, which stay in the decoder.
CreateCommand read_creation(Decoder& decoder, const boost::json::value& value,
                            std::optional<std::int64_t> default_admin, const TimeZones& zones);

// Pure, because a large body is read by the worker. The error says why the body is no JSON.
std::expected<CreateCommand, std::string> read_create_command(std::string_view body, std::string_view method,
                                                              std::string_view path,
                                                              std::optional<std::int64_t> default_admin,
                                                              const TimeZones& zones);

struct LaunchCommand {
    std::string request_hash;
    FieldErrors errors;  // those that do not depend on the time
    LaunchTerms terms;
};
// An empty body stands for {}.
std::expected<LaunchCommand, std::string> read_launch_command(std::string_view body, std::string_view method,
                                                              std::string_view path, const TimeZones& zones);

// What check_terms says of it, as a list of its own: it depends on the time.
FieldErrors untimely(std::string_view at_name, const LaunchTerms& terms, WallTime now);

// A body without content of its own: pause, resume and cancel. An empty one stands for {}.
struct ActionCommand {
    std::string request_hash;
    FieldErrors errors;
};
std::expected<ActionCommand, std::string> read_action_command(std::string_view body, std::string_view method,
                                                              std::string_view path);

struct RetryCommand {
    std::string request_hash;
    FieldErrors errors;
    std::vector<DeliveryState> states;
};
std::expected<RetryCommand, std::string> read_retry_command(std::string_view body, std::string_view method,
                                                            std::string_view path);

}  // namespace herald::api
