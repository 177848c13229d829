#include "tests/intercom_sim/contact_fields.hpp"

#include <algorithm>
#include <unordered_map>

#include "tests/intercom_sim/segments.hpp"

namespace sim {

namespace {

using enum ContactField;

Field field(ContactField id, FieldKind kind, bool in_lower_case = false) {
    return {.id = static_cast<int>(id), .kind = kind, .lower = in_lower_case};
}

const std::unordered_map<std::string_view, Field>& fixed_fields() {
    using enum FieldKind;
    static const std::unordered_map<std::string_view, Field> fields{
        {"id", field(id, text, true)},
        {"external_id", field(external_id, text)},
        {"email", field(email, text, true)},
        {"email_domain", field(email_domain, text, true)},
        {"name", field(name, text)},
        {"role", field(role, text)},
        {"owner_id", field(owner_id, text)},
        {"phone", field(phone, text)},
        {"avatar", field(avatar, text)},
        {"language_override", field(language_override, text)},
        {"tag_id", field(tag_id, set)},
        {"segment_id", field(segment_id, set)},
        {"created_at", field(created_at, date)},
        {"updated_at", field(updated_at, date)},
        {"signed_up_at", field(signed_up_at, date)},
        {"last_seen_at", field(last_seen_at, date)},
        {"last_contacted_at", field(last_contacted_at, date)},
        {"last_replied_at", field(last_replied_at, date)},
        {"unsubscribed_from_emails", field(unsubscribed_from_emails, boolean)},
        {"has_hard_bounced", field(has_hard_bounced, boolean)},
        {"marked_email_as_spam", field(marked_email_as_spam, boolean)},
    };
    return fields;
}

std::optional<Field> null_field(std::string_view name) {
    static constexpr std::array texts{
        "formatted_phone",  "browser",          "browser_language",    "browser_version",    "os",
        "location.country", "location.region",  "location.city",       "ios_app_version",    "ios_device",
        "ios_app_device",   "ios_os_version",   "ios_app_name",        "ios_sdk_version",    "android_app_version",
        "android_device",   "android_app_name", "android_sdk_version", "android_os_version", "andoid_sdk_version"};
    static constexpr std::array dates{"last_email_opened_at", "last_email_clicked_at", "ios_last_seen_at",
                                      "android_last_seen_at"};
    if (std::ranges::find(texts, name) != texts.end()) return field(never_set, FieldKind::text);
    if (std::ranges::find(dates, name) != dates.end()) return field(never_set, FieldKind::date);
    return std::nullopt;
}

FieldKind kind_of(AttributeType type) {
    switch (type) {
        case AttributeType::string:
            return FieldKind::text;
        case AttributeType::integer:
        case AttributeType::floating:
            return FieldKind::number;
        case AttributeType::boolean:
            return FieldKind::boolean;
        case AttributeType::date:
            return FieldKind::date;
    }
    return FieldKind::text;
}

FieldValue text_or_null(std::string_view text) {
    return text.empty() ? FieldValue{} : FieldValue{text};
}
FieldValue time_or_null(std::int64_t time) {
    return time == 0 ? FieldValue{} : FieldValue{static_cast<double>(time)};
}

}  // namespace

FieldLookup contact_fields(const Attributes& attributes) {
    return [&attributes](std::string_view field_name) -> std::optional<Field> {
        if (const auto found = fixed_fields().find(field_name); found != fixed_fields().end()) return found->second;
        constexpr std::string_view custom = "custom_attributes.";
        if (!field_name.starts_with(custom)) return null_field(field_name);
        const std::optional<AttributeId> attribute = attributes.find(field_name.substr(custom.size()));
        if (!attribute) return std::nullopt;
        return Field{.id = static_cast<int>(first_attribute) + *attribute,
                     .kind = kind_of(attributes.get(*attribute).type)};
    };
}

FieldValue ContactRecord::value(int field) const {
    if (field >= static_cast<int>(first_attribute)) {
        return attribute(static_cast<AttributeId>(field - static_cast<int>(first_attribute)));
    }
    const ContactExtras& more = contact_.more();
    switch (static_cast<ContactField>(field)) {
        case id:
            if (id_.empty()) id_ = contact_id(index_);
            return std::string_view(id_);
        case external_id:
            return text_or_null(contact_.external_id);
        case email:
            return text_or_null(contact_.email);
        case email_domain: {
            const std::string_view address = contact_.email;
            return text_or_null(
                address.substr(address.find('@') == std::string_view::npos ? address.size() : address.find('@') + 1));
        }
        case name:
            return text_or_null(contact_.name);
        case role:
            return role_name(contact_.role);
        case owner_id:
            return text_or_null(more.owner_id);
        case phone:
            return text_or_null(more.phone);
        case avatar:
            return text_or_null(more.avatar_url);
        case language_override:
            return text_or_null(more.language_override);
        case created_at:
            return static_cast<double>(contact_.created_at());
        case updated_at:
            return static_cast<double>(contact_.updated_at);
        case signed_up_at:
            return time_or_null(contact_.signed_up_at);
        case last_seen_at:
            return time_or_null(more.last_seen_at);
        case last_contacted_at:
            return time_or_null(more.last_contacted_at);
        case last_replied_at:
            return time_or_null(more.last_replied_at);
        case unsubscribed_from_emails:
            return contact_.unsubscribed;
        case has_hard_bounced:
            return contact_.hard_bounced;
        case marked_email_as_spam:
            return contact_.spam;
        case tag_id:
        case segment_id:
        case never_set:
        case first_attribute:
            return {};
    }
    return {};
}

FieldValue ContactRecord::attribute(AttributeId attribute_id) const {
    for (const auto& [held, value] : contact_.attributes) {
        if (held != attribute_id) continue;
        return std::visit(
            [](const auto& v) -> FieldValue {
                using V = std::decay_t<decltype(v)>;
                if constexpr (std::is_same_v<V, std::string>)
                    return std::string_view(v);
                else if constexpr (std::is_same_v<V, bool>)
                    return v;
                else
                    return static_cast<double>(v);
            },
            value);
    }
    return {};
}

bool ContactRecord::has(int field, std::string_view member) const {
    if (static_cast<ContactField>(field) == segment_id) {
        const Segment* segment = find_segment(member);
        return segment && in_segment(*segment, contact_);
    }
    const std::optional<Tags::Number> tag = tags_.by_id(member);
    return tag && std::ranges::any_of(contact_.more().tags, [&](const auto& held) { return held.first == *tag; });
}

}  // namespace sim
