#pragma once
// Where decoding is and what was wrong so far.

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "api/field_error.hpp"

namespace herald::api {

class Decoder {
 public:
    // While it lives, the decoder is inside this member or element.
    class [[nodiscard]] Inside {
     public:
        Inside(Decoder& decoder, std::string_view token);
        ~Inside() { decoder_.pointer_.resize(before_); }
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;

     private:
        Decoder& decoder_;
        std::size_t before_;
    };

    Inside enter(std::string_view member) { return {*this, member}; }
    Inside enter(std::size_t element);

    void fail(FieldCode code, std::string detail) { errors_.add({pointer_, code, std::move(detail)}); }
    void fail_at(std::string_view member, FieldCode code, std::string detail);
    // At a place that was left before: `pointer` is whole.
    void fail_in(std::string pointer, FieldCode code, std::string detail);
    // At a member of such a place.
    void fail_below(std::string pointer, std::string_view member, FieldCode code, std::string detail);
    void wrong_type(std::string_view expected, const boost::json::value& found);

    // Whether this member of the place where decoding is was already refused.
    bool failed(std::string_view member) const;

    // Whether nothing was refused at this whole pointer, nor below it.
    bool clean_in(std::string_view pointer) const;

    bool clean() const { return errors_.empty(); }
    const std::string& pointer() const { return pointer_; }  // of the place where decoding is
    std::size_t mistakes() const { return errors_.total; }

    FieldErrors take() { return std::move(errors_); }

 private:
    std::string pointer_;
    FieldErrors errors_;
};

}  // namespace herald::api
