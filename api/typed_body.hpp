#pragma once
// Objects that say with `type` which one of several they are: a variant of described structs, each of which knows the
// `types` it is for.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <boost/json/object.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include "api/json/encode.hpp"

namespace herald::api {

template <class Body>
bool has_member(std::string_view name) {
    bool found = false;
    boost::mp11::mp_for_each<members_of<Body>>([&](auto member) { found |= json_name(member.name) == name; });
    return found;
}

// Calls `use` with an empty value of every alternative but monostate.
template <class Variant, class Use>
void for_each_body(Use use) {
    boost::mp11::mp_for_each<boost::mp11::mp_pop_front<Variant>>(use);
}

// Members that others of the variant have are refused by name, and taken out of `rest`.
template <class Variant, class Body, class Type>
void refuse_foreign(Decoder& decoder, boost::json::object& rest, Type type) {
    std::vector<std::string> foreign;
    for (const auto& [key, ignored] : rest) {
        if (has_member<Body>(key)) continue;
        std::string owners;
        for_each_body<Variant>([&]<class Other>(const Other&) {
            if (!has_member<Other>(key)) return;
            for (const auto other : Other::types)
                owners += fmt::format("{}{}", owners.empty() ? "" : ", ", Names<Type>::name(other));
        });
        if (owners.empty()) continue;
        decoder.fail_at(key, FieldCode::not_allowed,
                        fmt::format("{} has no such member; it is one of {}", Names<Type>::name(type), owners));
        foreign.emplace_back(key);
    }
    for (const auto& key : foreign) rest.erase(key);
}

// Reads what is left of the object, without `type`, as the body of that type.
template <class Variant, class Type>
void decode_typed(Decoder& decoder, boost::json::object rest, Type type, Variant& out) {
    for_each_body<Variant>([&]<class Body>(const Body&) {
        if (std::ranges::find(Body::types, type) == Body::types.end()) return;
        refuse_foreign<Variant, Body>(decoder, rest, type);
        decode(decoder, boost::json::value(std::move(rest)), out.template emplace<Body>());
    });
}

// A number as people write it: 40, not 4E1.
inline boost::json::value plain(boost::json::value value) {
    constexpr double exact_integers = 9007199254740992.0;
    const auto* number = value.if_double();
    if (number == nullptr || std::abs(*number) >= exact_integers || std::trunc(*number) != *number) return value;
    return static_cast<std::int64_t>(*number);
}

// `head`, and then the members of the body.
template <class Variant>
boost::json::value encode_typed(boost::json::object head, const Variant& body) {
    std::visit(
        [&]<class Body>(const Body& held) {
            if constexpr (!std::same_as<Body, std::monostate>)
                for (auto& [key, value] : encode(held).as_object()) head.emplace(key, plain(std::move(value)));
        },
        body);
    return head;
}

}  // namespace herald::api
