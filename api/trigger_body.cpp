#include "api/trigger_body.hpp"

#include <utility>

#include "api/shapes.hpp"
#include "api/typed_body.hpp"
#include "domain/automation/local_time.hpp"
#include "domain/core/duration.hpp"

namespace herald::api {

void decode(Decoder& decoder, const boost::json::value& value, TriggerBody& out) {
    const auto* object = value.if_object();
    if (object == nullptr) return decoder.wrong_type("an object", value);
    const auto* type = object->if_contains("type");
    if (type == nullptr)
        return decoder.fail_at("type", FieldCode::required,
                               fmt::format("is missing; there are: {}", all_names<TriggerType>()));
    const auto before = decoder.mistakes();
    {
        const auto inside = decoder.enter("type");
        decode(decoder, *type, out.type);
    }
    if (decoder.mistakes() != before) return;
    auto rest = *object;
    rest.erase("type");
    decode_typed(decoder, std::move(rest), out.type, out.is);
}

boost::json::value encode(const TriggerBody& trigger) {
    return encode_typed({{"type", encode(trigger.type)}}, trigger.is);
}

void check_duration(Decoder& decoder, std::string_view member, const std::optional<DurationText>& text) {
    if (!text || decoder.failed(member)) return;
    const auto duration = parse_duration(text->value);
    if (duration ? *duration > longest_wait : exceeds_longest_duration(text->value))
        decoder.fail_at(member, FieldCode::invalid_value, "is longer than two years");
    else if (!duration)
        decoder.fail_at(member, FieldCode::invalid_value, "is not a duration such as 45s, 30m, 12h or 7d");
}

void check_time_of_day(Decoder& decoder, std::string_view member, const std::optional<TimeOfDayText>& text) {
    if (!text || decoder.failed(member) || parse_time_of_day(text->value)) return;
    decoder.fail_at(member, FieldCode::invalid_value, "is not a time of day from 00:00 to 23:59");
}

void check(Decoder& decoder, const TriggerAudienceBody& body) {
    const bool named = body.contacts || body.segment_id || body.filter;
    if (!named && !decoder.failed("contacts") && !decoder.failed("segment_id") && !decoder.failed("filter"))
        decoder.fail(FieldCode::required, "an audience has at least one of contacts, segment_id and filter");
    if (body.segment_id && !decoder.failed("segment_id") && !id_shaped(body.segment_id->value))
        decoder.fail_at("segment_id", FieldCode::invalid_value, "is not an id of Intercom's");
}

void check(Decoder& decoder, const BehaviorTriggerBody& body) {
    check_duration(decoder, "within", body.within);
}

void check(Decoder& decoder, const ContractTriggerBody& body) {
    check_time_of_day(decoder, "time_of_day", body.time_of_day);
    if (body.days_before) {
        if (!body.date_attribute && !decoder.failed("date_attribute"))
            decoder.fail_at("date_attribute", FieldCode::required,
                            "days_before counts from a date of the contact: name the attribute that holds it");
        return;
    }
    if (decoder.failed("days_before")) return;
    for (const auto& [member, given] : {std::pair{"date_attribute", body.date_attribute.has_value()},
                                        {"time_of_day", body.time_of_day.has_value()},
                                        {"time_zone", body.time_zone.has_value()}})
        if (given && !decoder.failed(member))
            decoder.fail_at(member, FieldCode::not_allowed, "means something only with days_before");
}

}  // namespace herald::api
