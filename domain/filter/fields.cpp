#include "domain/filter/fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "domain/core/timestamp.hpp"

namespace herald {
namespace {

constexpr std::array<std::pair<std::string_view, FieldType>, 40> known_fields{{
    {"id", FieldType::text},
    {"role", FieldType::role},
    {"name", FieldType::text},
    {"avatar", FieldType::text},
    {"owner_id", FieldType::text},
    {"email", FieldType::text},
    {"email_domain", FieldType::text},
    {"phone", FieldType::text},
    {"formatted_phone", FieldType::text},
    {"external_id", FieldType::text},
    {"created_at", FieldType::date},
    {"signed_up_at", FieldType::date},
    {"updated_at", FieldType::date},
    {"last_seen_at", FieldType::date},
    {"last_contacted_at", FieldType::date},
    {"last_replied_at", FieldType::date},
    {"last_email_opened_at", FieldType::date},
    {"last_email_clicked_at", FieldType::date},
    {"language_override", FieldType::text},
    {"browser", FieldType::text},
    {"browser_language", FieldType::text},
    {"os", FieldType::text},
    {"location.country", FieldType::text},
    {"location.region", FieldType::text},
    {"location.city", FieldType::text},
    {"unsubscribed_from_emails", FieldType::flag},
    {"marked_email_as_spam", FieldType::flag},
    {"has_hard_bounced", FieldType::flag},
    {"ios_last_seen_at", FieldType::date},
    {"ios_app_version", FieldType::text},
    {"ios_device", FieldType::text},
    {"ios_app_device", FieldType::text},
    {"ios_os_version", FieldType::text},
    {"ios_app_name", FieldType::text},
    {"ios_sdk_version", FieldType::text},
    {"android_last_seen_at", FieldType::date},
    {"android_app_version", FieldType::text},
    {"android_device", FieldType::text},
    {"segment_id", FieldType::membership},
    {"tag_id", FieldType::membership},
}};

const std::pair<std::string_view, FieldType>* find(std::string_view field) {
    const auto* found = std::ranges::find(known_fields, field, &std::pair<std::string_view, FieldType>::first);
    return found == known_fields.end() ? nullptr : found;
}

void read_date(FilterScalar& value) {
    const auto* text = std::get_if<std::string>(&value);
    const auto time = text == nullptr ? std::nullopt : parse_timestamp(*text);
    const auto instant = time ? time->instant() : std::nullopt;
    if (!instant) return;
    const auto whole = std::chrono::floor<seconds>(*instant);
    if (whole == *instant) value = std::int64_t{whole.time_since_epoch().count()};
}

}  // namespace

bool is_contact_field(std::string_view field) {
    return find(field) != nullptr;
}

FieldType type_of(std::string_view field) {
    if (field == event_name_field) return FieldType::text;
    const auto* found = find(field);
    return found == nullptr ? FieldType::open : found->second;
}

std::string contact_search_field(std::string_view field) {
    if (is_contact_field(field) || field.starts_with(custom_prefix)) return std::string(field);
    return fmt::format("{}{}", custom_prefix, field);
}

FilterCondition with_dates_read(FilterCondition condition) {
    const auto type = type_of(condition.field);
    const bool compares = is_equality(condition.op) || compares_order(condition.op) || takes_list(condition.op);
    const bool reads = type == FieldType::date ? compares : type == FieldType::open && compares_order(condition.op);
    if (reads) std::ranges::for_each(condition.values, read_date);
    return condition;
}

}  // namespace herald
