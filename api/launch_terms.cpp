#include "api/launch_terms.hpp"

#include <utility>

namespace herald::api {
namespace {

bool local(const std::optional<TimeText>& time) {
    return time && !time->value.offset;
}

std::optional<WallTime> resolve(Decoder& decoder, std::string_view member, const std::optional<TimeText>& time,
                                const std::optional<std::string>& zone, const TimeZones& zones) {
    if (!time || decoder.failed(member)) return {};
    auto instant = time->value.instant();
    if (!instant && zone) {
        // Near enough to judge the year, before the zone is asked.
        if (WallTime{time->value.local.time_since_epoch()} >= end_of_schedules)
            instant = end_of_schedules;
        else
            instant = zones.instant(*zone, time->value.local);
    }
    if (instant && *instant >= end_of_schedules) {
        decoder.fail_at(member, FieldCode::invalid_value,
                        "years from 2037 on are not taken: the rules of the time zones are not known so far ahead");
        return {};
    }
    return instant;
}

}  // namespace

LaunchTerms read_terms(Decoder& decoder, const TimesBody& body, const TimeZones& zones) {
    const bool any_local =
        (local(body.at) && !decoder.failed(body.at_name)) || (local(body.expires_at) && !decoder.failed("expires_at"));
    const bool any_wrong = decoder.failed(body.at_name) || decoder.failed("expires_at");
    LaunchTerms out;
    if (body.time_zone && !decoder.failed("time_zone")) {
        if (!zones.known(body.time_zone->value))
            decoder.fail_at("time_zone", FieldCode::invalid_value,
                            "is not the IANA name of a time zone, such as Europe/Berlin");
        else if (!any_local && !any_wrong)
            decoder.fail_at("time_zone", FieldCode::not_allowed,
                            "there is no time without an offset that it could be about");
        else
            out.time_zone = body.time_zone->value;
    }
    if (any_local && !body.time_zone && !decoder.failed("time_zone"))
        decoder.fail_at("time_zone", FieldCode::required, "a time without an offset is a time in some zone: name it");
    out.at = resolve(decoder, body.at_name, body.at, out.time_zone, zones);
    out.expires_at = resolve(decoder, "expires_at", body.expires_at, out.time_zone, zones);
    return out;
}

void check_terms(Decoder& decoder, std::string_view at_name, const LaunchTerms& terms, WallTime now) {
    if (terms.at && *terms.at <= now) decoder.fail_at(at_name, FieldCode::invalid_value, "is in the past");
    if (!terms.expires_at) return;
    if (*terms.expires_at <= now)
        decoder.fail_at("expires_at", FieldCode::invalid_value, "is in the past");
    else if (terms.at && *terms.expires_at <= *terms.at)
        decoder.fail_at("expires_at", FieldCode::invalid_value, "is not after the start: nothing would be sent");
}

}  // namespace herald::api
