#pragma once
// Result<T>: a value or an Error. Cancellation unwinds and bugs throw; neither is ever in here.
// Style: `if (!x) co_return x.error();`

#include <expected>
#include <utility>

#include "domain/core/error.hpp"

namespace herald {

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
    using Base = std::expected<T, Error>;

 public:
    using Base::Base;
    Result(Error error) : Base(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)
};

template <>
class [[nodiscard]] Result<void> : public std::expected<void, Error> {
    using Base = std::expected<void, Error>;

 public:
    using Base::Base;
    Result(Error error) : Base(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)
};

}  // namespace herald
