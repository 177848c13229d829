#include "adapters/observe/log.hpp"

#include <cstdio>

#include <boost/json.hpp>

namespace herald::observe {
namespace {

std::string_view name(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "";
}

void to_stderr(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

Log::Log(Clock& clock, std::function<void(std::string_view)> write)
    : clock_(clock), write_(write ? std::move(write) : to_stderr) {}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    boost::json::object line;
    line["time"] = to_rfc3339(clock_.wall_now());
    line["level"] = name(level);
    line["event"] = event;
    for (const auto& [key, value] : fields) std::visit([&, k = key](const auto& v) { line[k] = v; }, value);
    write_(boost::json::serialize(line) + "\n");
}

}  // namespace herald::observe
