#pragma once
// Types for members of transfer objects that say more than their C++ type does.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "domain/contact/profile.hpp"
#include "domain/core/timestamp.hpp"

namespace herald::api {

// Text of Min to Max characters (code points).
template <std::size_t Max, std::size_t Min = 1>
struct Text {
    std::string value;
    static constexpr std::size_t max = Max;
    static constexpr std::size_t min = Min;
};

// Text of 1 to Max bytes.
template <std::size_t Max>
struct Bytes {
    std::string value;
    static constexpr std::size_t max = Max;
};

// A whole number of Min to Max.
template <std::int64_t Min, std::int64_t Max>
struct Number {
    std::int64_t value{};
    static constexpr std::int64_t max = Max;
    static constexpr std::int64_t min = Min;
};

// A list of Min to Max elements.
template <class T, std::size_t Min, std::size_t Max>
struct List {
    std::vector<T> values;
    static constexpr std::size_t max = Max;
    static constexpr std::size_t min = Min;
};

// Named texts: at most MaxEntries, names of 1 to 255 characters, values of at most MaxLength bytes.
// With Scalars, numbers and booleans are taken too and become text.
template <std::size_t MaxEntries, std::size_t MaxLength, bool Scalars>
struct TextMap {
    std::map<std::string, std::string> values;
    static constexpr std::size_t max = MaxEntries;
    static constexpr std::size_t max_length = MaxLength;
    static constexpr bool scalars = Scalars;
};

// A date and time (RFC 3339), with an offset or local.
struct TimeText {
    Timestamp value;
};

// Named flat values: at most MaxEntries, names of 1 to 255 characters, texts of at most MaxLength characters. null is
// a value here.
template <std::size_t MaxEntries, std::size_t MaxLength>
struct ScalarMap {
    Scalars values;
    static constexpr std::size_t max = MaxEntries;
    static constexpr std::size_t max_length = MaxLength;
};

// Written as null when empty, where an empty optional is left out.
template <class T>
struct Nullable {
    std::optional<T> value;

    friend bool operator==(const Nullable&, const Nullable&) = default;
};

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

// Whether a described member must be there.
template <class T>
constexpr bool is_required = !is_optional<std::remove_cvref_t<T>>;

}  // namespace herald::api
