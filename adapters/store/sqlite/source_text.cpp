#include "adapters/store/sqlite/source_text.hpp"

#include <algorithm>
#include <utility>

#include <SQLiteCpp/Exception.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace herald::sqlite {
namespace {

namespace json = boost::json;

[[noreturn]] void unreadable() {
    throw SQLite::Exception("a stored source of an audience cannot be read");
}

json::value to_json(const FilterScalar& value) {
    return std::visit([](const auto& v) { return json::value(v); }, value);
}

json::object to_json(const Filter& filter) {
    if (filter.kind == Filter::Kind::condition) {
        json::array values;
        for (const auto& value : filter.condition.values) values.push_back(to_json(value));
        return {{"field", filter.condition.field}, {"op", name(filter.condition.op)}, {"values", std::move(values)}};
    }
    json::array parts;
    for (const auto& part : filter.parts) parts.push_back(to_json(part));
    return {{filter.kind == Filter::Kind::all ? "all" : "any", std::move(parts)}};
}

FilterScalar to_scalar(const json::value& value) {
    if (value.is_bool()) return value.get_bool();
    if (value.is_int64()) return value.get_int64();
    if (value.is_double()) return value.get_double();
    if (value.is_string()) return std::string(value.get_string());
    unreadable();
}

FilterOp to_op(std::string_view text) {
    const auto found = std::ranges::find(all_filter_ops, text, [](FilterOp op) { return name(op); });
    if (found == all_filter_ops.end()) unreadable();
    return *found;
}

Filter to_filter(const json::value& value) {
    const auto& object = value.as_object();
    for (const auto kind : {Filter::Kind::all, Filter::Kind::any}) {
        const auto* parts = object.if_contains(kind == Filter::Kind::all ? "all" : "any");
        if (parts == nullptr) continue;
        Filter out{kind, {}, {}};
        for (const auto& part : parts->as_array()) out.parts.push_back(to_filter(part));
        return out;
    }
    std::vector<FilterScalar> values;
    for (const auto& each : object.at("values").as_array()) values.push_back(to_scalar(each));
    return Filter::where(std::string(object.at("field").as_string()), to_op(object.at("op").as_string()),
                         std::move(values));
}

}  // namespace

SourceText to_text(const AudienceQuery& query) {
    if (const auto* filter = std::get_if<Filter>(&query)) return {"filter", json::serialize(to_json(*filter))};
    return {"segment", json::serialize(json::object{{"segment_id", std::get<SegmentId>(query).value}})};
}

AudienceQuery to_query(const std::string& kind, const std::string& spec) {
    try {
        const auto value = json::parse(spec);
        if (kind == "filter") return to_filter(value);
        return SegmentId{std::string(value.at("segment_id").as_string())};
    } catch (const SQLite::Exception&) {
        throw;
    } catch (const std::exception&) {
        unreadable();
    }
}

}  // namespace herald::sqlite
