#include "api/resolve_command.hpp"

#include <utility>

#include "api/digest.hpp"
#include "api/json/decode.hpp"
#include "api/json/parse.hpp"

namespace herald::api {

std::expected<ResolveCommand, std::string> read_resolve_command(std::string_view body, std::string_view method,
                                                                std::string_view path) {
    const auto value = parse_json(body.empty() ? "{}" : body);
    if (!value) return std::unexpected(value.error());
    Decoder decoder;
    ResolveBody parsed;
    decode(decoder, *value, parsed);
    return ResolveCommand{Sha256().add(method).add(path).add_json(*value).hex(), decoder.take(), parsed.outcome,
                          parsed.note ? std::move(parsed.note->value) : std::string()};
}

}  // namespace herald::api
