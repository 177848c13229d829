#pragma once
// Logs for operators: one JSON line an event, on stderr. Never a token, a body or an address of a person:
// pass ids, counts, codes and our own words only.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "domain/core/time.hpp"

namespace herald::observe {

using Value = std::variant<std::int64_t, double, bool, std::string>;
using Field = std::pair<std::string_view, Value>;

enum class Level : std::uint8_t { debug, info, warning, error };

class Log {
 public:
    // `write` gets whole lines with the line end; the default writes to stderr.
    explicit Log(Clock& clock, std::function<void(std::string_view)> write = {});

    void info(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::info, event, fields); }
    void warning(std::string_view event, std::initializer_list<Field> fields = {}) {
        write(Level::warning, event, fields);
    }
    void error(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::error, event, fields); }

 private:
    void write(Level level, std::string_view event, std::initializer_list<Field> fields);

    Clock& clock_;
    std::function<void(std::string_view)> write_;
};

}  // namespace herald::observe
