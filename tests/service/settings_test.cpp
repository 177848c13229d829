// What is written about the configuration against the settings themselves: deploy/configuration.md and
// deploy/herald.example.yaml. The settings are read from `herald --help`, as a person reads them.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "service/config.hpp"

namespace herald::service {
namespace {

const std::string deploy = HERALD_DEPLOY;

struct Described {
    std::string variable, key, standard, meaning;
    // A default that says where the value comes from instead of what it is.
    bool literal() const {
        return !std::set<std::string>{"none", "of the region", "the system's", "not checked", "every public host"}
                    .contains(standard);
    }
};

std::vector<Described> settings() {
    static const std::regex entry(R"(  (\w+)(?:   \(key: ([\w.]+)\))?\n      (.*)\. Default: (.*)\.\n)");
    const auto help = describe_settings();
    std::vector<Described> out;
    for (std::sregex_iterator found(help.begin(), help.end(), entry), end; found != end; ++found)
        if ((*found)[1] != "HERALD_CONFIG") out.push_back({(*found)[1], (*found)[2], (*found)[4], (*found)[3]});
    return out;
}

std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> out;
    for (std::string line; std::getline(file, line);) out.push_back(line);
    return out;
}

ConfigResult load(const std::map<std::string, std::string>& variables) {
    return load_config([&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

// The example with every setting in force that it shows disabled: "#key: value", without a space.
std::string everything_enabled() {
    static const std::regex disabled(R"(^( *)#([\w]+:.*)$)");
    std::string out;
    for (const auto& line : lines_of(deploy + "/herald.example.yaml"))
        out += std::regex_replace(line, disabled, "$1$2") + "\n";
    return out;
}

void flatten(const YAML::Node& node, const std::string& path, std::map<std::string, std::string>& out) {
    if (node.IsScalar()) out[path] = node.as<std::string>();
    if (node.IsSequence()) out[path] = "a list";
    if (!node.IsMap()) return;
    for (const auto& entry : node)
        flatten(entry.second, (path.empty() ? "" : path + ".") + entry.first.as<std::string>(), out);
}

auto values(const Config& c) {
    const auto& w = c.workspaces.front();
    return std::tuple(w.name, w.token.reveal(), w.intercom_url, w.ca_file, w.app_id, w.sender_admin_id,
                      w.limit_per_window, c.listen_host, c.listen_port, c.data_dir, c.keys, c.requests_per_minute,
                      c.limiter_target, c.breaker_scaled, c.breaker_open, c.contact_fresh, c.contact_visibility_grace,
                      c.misfire_grace, c.drain_readiness_delay, c.drain_inflight);
}

TEST(SettingsTest, EveryLineOfTheHelpIsUnderstoodHere) {
    const auto help = describe_settings();
    EXPECT_EQ(std::ranges::count(help, '\n'), 2 * static_cast<std::ptrdiff_t>(settings().size() + 1)) << help;
}

TEST(SettingsTest, TheReferenceNamesEverySettingAndNothingElse) {
    std::vector<std::string> expected, written;
    for (const auto& s : settings())
        expected.push_back(fmt::format("| `{}` | {} | {} | {} |", s.variable,
                                       s.key.empty() ? "" : fmt::format("`{}`", s.key),
                                       s.literal() ? fmt::format("`{}`", s.standard) : s.standard, s.meaning));
    for (const auto& line : lines_of(deploy + "/configuration.md"))
        if (line.starts_with("| `")) written.push_back(line);
    EXPECT_EQ(written, expected) << "deploy/configuration.md needs these rows:\n"
                                 << fmt::format("{}", fmt::join(expected, "\n"));
}

TEST(SettingsTest, TheDefaultsShownAreTheDefaults) {
    std::map<std::string, std::string> shown;
    for (const auto& s : settings())
        if (s.literal()) shown[s.variable] = s.standard;
    EXPECT_GE(shown.size(), 10U);
    const auto [config, mistakes] = load(shown);
    EXPECT_EQ(mistakes, std::vector<std::string>{});
    EXPECT_EQ(values(config), values(Config{}));
}

TEST(SettingsTest, TheExampleIsAcceptedAsItIs) {
    EXPECT_EQ(load({{"HERALD_CONFIG", deploy + "/herald.example.yaml"}}).mistakes, std::vector<std::string>{});
}

TEST(SettingsTest, TheExampleShowsEveryKeyWithItsDefault) {
    std::map<std::string, std::string> shown;
    flatten(YAML::Load(everything_enabled()), "", shown);
    std::set<std::string> expected, keys;
    for (const auto& s : settings()) {
        if (s.key.empty()) continue;
        expected.insert(s.key);
        if (s.literal()) EXPECT_EQ(shown[s.key], s.standard) << s.key;
    }
    for (const auto& [key, value] : shown) keys.insert(key);
    EXPECT_EQ(keys, expected);
}

TEST(SettingsTest, TheExampleIsAcceptedWithEverythingInForce) {
    const auto path = std::filesystem::path(testing::TempDir()) / "herald.example.enabled.yaml";
    std::ofstream(path) << everything_enabled();
    EXPECT_EQ(load({{"HERALD_CONFIG", path}}).mistakes, std::vector<std::string>{});
    std::filesystem::remove(path);
}

TEST(SettingsTest, TheExampleSaysOfEveryKeyWhatTheReferenceSays) {
    const auto lines = lines_of(deploy + "/herald.example.yaml");
    for (const auto& s : settings()) {
        if (s.key.empty()) continue;
        const auto said = fmt::format("# {} ({})", s.meaning, s.variable);
        EXPECT_TRUE(std::ranges::any_of(lines, [&](const auto& line) { return line.ends_with(said); }))
            << s.key << " needs the comment\n"
            << said;
    }
}

TEST(SettingsTest, EveryMistakeOfAFileIsNamed) {
    const auto path = std::filesystem::path(testing::TempDir()) / "herald.wrong.yaml";
    std::ofstream(path) << "listen: nowhere\nlimiter: {target: 2}\nlimit: 3\nbreaker: {open: [1]}\n";
    const auto mistakes = load({{"HERALD_CONFIG", path}, {"INTERCOM_REGION", "mars"}}).mistakes;
    std::filesystem::remove(path);
    for (const auto* part :
         {"listen: must", "limiter.target: must", "unknown key 'limit'", "breaker.open: must", "INTERCOM_REGION: must"})
        EXPECT_TRUE(std::ranges::any_of(mistakes, [&](const auto& m) { return m.contains(part); })) << part;
    EXPECT_EQ(mistakes.size(), 5U);
}

}  // namespace
}  // namespace herald::service
