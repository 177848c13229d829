#include "api/filter_body.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "domain/filter/contact_search.hpp"

namespace herald::api {
namespace {

namespace json = boost::json;

std::optional<FilterScalar> scalar_of(const json::value& value) {
    if (const auto* text = value.if_string()) return std::string(*text);
    if (const auto* flag = value.if_bool()) return *flag;
    if (const auto* integer = value.if_int64()) return *integer;
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    if (const auto* number = value.if_double(); number != nullptr && std::isfinite(*number)) return *number;
    return {};
}

void read_scalar(Decoder& decoder, const json::value& value, std::vector<FilterScalar>& out) {
    if (auto scalar = scalar_of(value))
        out.push_back(*std::move(scalar));
    else
        decoder.wrong_type("a text, a number, true or false", value);
}

void read_map(Decoder& decoder, const json::object& object, Filter& out, FilterPlace& place) {
    out.kind = Filter::Kind::all;
    for (const auto& [key, value] : object) {
        const auto inside = decoder.enter(std::string_view(key));
        std::vector<FilterScalar> values;
        read_scalar(decoder, value, values);
        auto& part = out.parts.emplace_back();
        part.condition = with_dates_read({std::string(key), FilterOp::eq, std::move(values)});
        place.parts.push_back({decoder.pointer(), true, {}});
    }
}

void refuse_others(Decoder& decoder, const json::object& object, std::initializer_list<std::string_view> known) {
    for (const auto& [key, ignored] : object)
        if (std::ranges::find(known, std::string_view(key)) == known.end())
            decoder.fail_at(key, FieldCode::unknown_field,
                            fmt::format("there is no such field; there are: {}", fmt::join(known, ", ")));
}

void read_op(Decoder& decoder, const json::object& object, FilterCondition& out) {
    const auto* given = object.if_contains("op");
    if (given == nullptr) return decoder.fail_at("op", FieldCode::required, "is missing");
    const auto inside = decoder.enter("op");
    const auto* text = given->if_string();
    if (text == nullptr) return decoder.wrong_type("a string", *given);
    const auto found = std::ranges::find(all_filter_ops, std::string_view(*text), [](FilterOp op) { return name(op); });
    if (found != all_filter_ops.end()) {
        out.op = *found;
        return;
    }
    std::string known;
    for (const auto op : all_filter_ops) known += fmt::format("{}{}", known.empty() ? "" : ", ", name(op));
    decoder.fail(FieldCode::invalid_value, fmt::format("one of {} is expected", known));
}

void read_value(Decoder& decoder, const json::object& object, FilterCondition& out) {
    const auto* given = object.if_contains("value");
    if (given == nullptr) return decoder.fail_at("value", FieldCode::required, "is missing");
    const auto inside = decoder.enter("value");
    if (!takes_list(out.op)) return read_scalar(decoder, *given, out.values);
    const auto* list = given->if_array();
    if (list == nullptr) return decoder.wrong_type("an array", *given);
    for (std::size_t i = 0; i < std::min(list->size(), most_search_values + 1); ++i) {
        const auto element = decoder.enter(i);
        read_scalar(decoder, (*list)[i], out.values);
    }
}

void read_condition(Decoder& decoder, const json::object& object, FilterCondition& out) {
    refuse_others(decoder, object, {"field", "op", "value"});
    const auto& field = object.at("field");
    if (const auto* text = field.if_string()) {
        out.field = std::string(*text);
    } else {
        const auto inside = decoder.enter("field");
        decoder.wrong_type("a string", field);
    }
    read_op(decoder, object, out);
    read_value(decoder, object, out);
    out = with_dates_read(std::move(out));
}

void read_node(Decoder& decoder, const json::value& value, Filter& out, FilterPlace& place) {
    place.pointer = decoder.pointer();
    const auto* object = value.if_object();
    if (object == nullptr) return decoder.wrong_type("an object", value);
    const auto* all = object->if_contains("all");
    const auto* any = object->if_contains("any");
    if (int{all != nullptr} + int{any != nullptr} + int{object->contains("field")} != 1)
        return decoder.fail(FieldCode::exactly_one_of, "a part of a filter has exactly one of all, any and field");
    if (all == nullptr && any == nullptr) return read_condition(decoder, *object, out.condition);

    const std::string_view member = all != nullptr ? "all" : "any";
    out.kind = all != nullptr ? Filter::Kind::all : Filter::Kind::any;
    refuse_others(decoder, *object, {member});
    const auto group = decoder.enter(member);
    const auto& given = all != nullptr ? *all : *any;
    const auto* list = given.if_array();
    if (list == nullptr) return decoder.wrong_type("an array", given);
    // One more than a group may have tells that it has too many.
    const auto size = std::min(list->size(), longest_search_group + 1);
    out.parts.resize(size);
    place.parts.resize(size);
    for (std::size_t i = 0; i < size; ++i) {
        const auto inside = decoder.enter(i);
        read_node(decoder, (*list)[i], out.parts[i], place.parts[i]);
    }
}

std::string_view member_of(FilterPart part) {
    switch (part) {
        case FilterPart::whole:
            return "";
        case FilterPart::field:
            return "/field";
        case FilterPart::op:
            return "/op";
        case FilterPart::value:
            return "/value";
    }
    return "";
}

std::string pointer_of(const FilterPlace& root, const FilterRefusal& refusal) {
    const auto* at = &root;
    for (const auto step : refusal.path) at = &at->parts.at(step);
    return at->entry ? at->pointer : at->pointer + std::string(member_of(refusal.part));
}

// As a word of its own: "id" is not in "invalid".
bool mentions(std::string_view words, std::string_view field) {
    const auto part_of_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    };
    for (auto at = words.find(field); at != std::string_view::npos; at = words.find(field, at + 1)) {
        const auto end = at + field.size();
        if ((at == 0 || !part_of_name(words[at - 1])) && (end == words.size() || !part_of_name(words[end])))
            return true;
    }
    return false;
}

const std::string* find_named(const Filter& filter, const FilterPlace& place, std::string_view words,
                              std::string& out) {
    if (filter.kind == Filter::Kind::condition) {
        if (!mentions(words, contact_search_field(filter.condition.field))) return nullptr;
        out = place.entry ? place.pointer : place.pointer + "/field";
        return &out;
    }
    for (std::size_t i = 0; i < filter.parts.size(); ++i)
        if (find_named(filter.parts[i], place.parts[i], words, out) != nullptr) return &out;
    return nullptr;
}

json::value to_json(const FilterScalar& value) {
    return std::visit([](const auto& v) { return json::value(v); }, value);
}

json::value to_json(const Filter& filter) {
    if (filter.kind != Filter::Kind::condition) {
        json::array parts;
        for (const auto& part : filter.parts) parts.push_back(to_json(part));
        return json::object{{filter.kind == Filter::Kind::all ? "all" : "any", std::move(parts)}};
    }
    const auto& condition = filter.condition;
    json::array values;
    for (const auto& value : condition.values) values.push_back(to_json(value));
    return json::object{{"field", condition.field},
                        {"op", name(condition.op)},
                        {"value", takes_list(condition.op) ? json::value(values) : values.at(0)}};
}

// False when it could not be read: that is not looked at a second time.
bool read_filter(Decoder& decoder, const json::value& value, Filter& out, FilterPlace& place) {
    place.pointer = decoder.pointer();
    const auto before = decoder.mistakes();
    const auto* object = value.if_object();
    if (object == nullptr)
        decoder.wrong_type("an object", value);
    else if (object->contains("all") || object->contains("any") || object->contains("field"))
        read_node(decoder, value, out, place);
    else
        read_map(decoder, *object, out, place);
    return decoder.mistakes() == before;
}

void report(Decoder& decoder, const FilterPlace& place, FieldCode code, std::vector<FilterRefusal> refusals) {
    for (auto& refusal : refusals) decoder.fail_in(pointer_of(place, refusal), code, std::move(refusal.reason));
}

template <FilterScope Scope>
void read_condition_body(Decoder& decoder, const json::value& value, ConditionBody<Scope>& out) {
    if (!read_filter(decoder, value, out.filter, out.place)) return;
    report(decoder, out.place, FieldCode::invalid_value, refused_here(out.filter, Scope));
}

}  // namespace

void decode(Decoder& decoder, const json::value& value, FilterBody& out) {
    if (!read_filter(decoder, value, out.filter, out.place)) return;
    report(decoder, out.place, FieldCode::not_searchable, refused_by_contact_search(out.filter));
}

void decode(Decoder& decoder, const json::value& value, ConditionBody<FilterScope::contact>& out) {
    read_condition_body(decoder, value, out);
}

void decode(Decoder& decoder, const json::value& value, ConditionBody<FilterScope::contact_and_event>& out) {
    read_condition_body(decoder, value, out);
}

std::string place_named_in(const FilterBody& body, std::string_view words) {
    std::string out;
    return find_named(body.filter, body.place, words, out) != nullptr ? out : body.place.pointer;
}

json::value encode(const FilterView& view) {
    return to_json(view.filter);
}

}  // namespace herald::api
