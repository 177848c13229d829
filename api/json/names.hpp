#pragma once
// Enumerations that appear in JSON: Names<E>::values are all of them, Names<E>::name(e) is how each is written.

#include <array>
#include <string>
#include <string_view>

#include "api/field_error.hpp"

namespace herald::api {

template <class E>
struct Names;  // specialised where the enumeration meets JSON

template <class E>
concept Named = requires(E e) {
    Names<E>::values;
    { Names<E>::name(e) } -> std::convertible_to<std::string_view>;
};

// What a value outside the enumeration is called; a specialisation may say `unknown_code`.
template <Named E>
constexpr FieldCode unknown_value_code() {
    if constexpr (requires { Names<E>::unknown_code; })
        return Names<E>::unknown_code;
    else
        return FieldCode::invalid_value;
}

template <Named E>
std::string all_names() {
    std::string out;
    for (const auto value : Names<E>::values) {
        if (!out.empty()) out += ", ";
        out += Names<E>::name(value);
    }
    return out;
}

}  // namespace herald::api
