#include "service/keys_command.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <system_error>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <openssl/rand.h>

#include "adapters/store/sqlite/database.hpp"
#include "adapters/store/sqlite/keys.hpp"
#include "adapters/store/sqlite/migrations.hpp"
#include "adapters/system/clock.hpp"
#include "api/key_ring.hpp"
#include "service/key_entry.hpp"
#include "service/key_options.hpp"

namespace herald::service {
namespace {

constexpr int usage_error = 2;
constexpr milliseconds busy_timeout{30'000};  // beside an upload the store is free for moments only

// 256 bits from the system's generator, five to a character.
std::string make_key() {
    constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    constexpr std::size_t characters = 52;
    std::array<unsigned char, 33> bytes{};  // the last one ends the last character
    if (RAND_bytes(bytes.data(), 32) != 1) throw std::runtime_error("the system gives no random bytes");
    std::string out(key_prefix);
    for (std::size_t i = 0; i < characters; ++i) {
        const auto at = 5 * i;
        const auto pair = (static_cast<unsigned>(bytes[at / 8]) << 8U) | bytes[(at / 8) + 1];
        out += alphabet[(pair >> (11U - at % 8)) & 31U];
    }
    return out;
}

std::filesystem::path database_of(const Config& config) {
    return std::filesystem::path(config.data_dir) / "herald.db";
}

// A service that runs holds the directory, and has brought the database up to date; else it is done here.
sqlite::Connection open_to_write(const Config& config) {
    std::optional<sqlite::DirectoryLock> alone;
    try {
        alone.emplace(config.data_dir);
    } catch (const std::system_error&) {
        throw;
    } catch (const std::runtime_error&) {  // NOLINT(bugprone-empty-catch): in use
    }
    if (alone) sqlite::create_database_file(config.data_dir);
    sqlite::Connection connection(database_of(config), sqlite::Connection::Mode::write, busy_timeout);
    if (alone) sqlite::migrate(connection);
    if (!sqlite::has_keys_table(connection))
        throw std::runtime_error("the service that runs there is older than this program: restart it first");
    return connection;
}

std::vector<std::string> workspaces_of(const Config& config) {
    std::vector<std::string> out;
    for (const auto& workspace : config.workspaces) out.push_back(workspace.name);
    return out;
}

int failed(const Error& error) {
    fmt::print(stderr, "herald: {}\n", error.detail);
    return usage_error;
}

int create(std::span<const std::string> arguments, const Config& config) {
    auto options = read_key_options(arguments, workspaces_of(config));
    for (const auto& mistake : options.mistakes) fmt::print(stderr, "herald: keys create: {}\n", mistake);
    if (!options.mistakes.empty()) return usage_error;
    const auto text = make_key();
    options.key.hash = api::hash_of_key(text);
    if (options.for_configuration) {
        fmt::print("{}\n{}\n", text, key_entry(options.key));
        fmt::print(stderr,
                   "The first line is the key, shown once; the second its entry in HERALD_KEYS or under `keys`.\n");
        return 0;
    }
    boost::asio::io_context io;
    const SystemClock clock(io.get_executor());
    SystemRandom random;
    auto connection = open_to_write(config);
    const auto now = clock.wall_now();
    const StoredKey stored{{make_id("key", now, random)}, options.key, now, {}};
    const auto others = std::ranges::count(sqlite::load_keys(connection).live, options.key.name, &ApiKey::name);
    if (const auto created = sqlite::create_key(connection, stored); !created) return failed(created.error());
    fmt::print("{}\n", text);
    fmt::print(stderr, "{} for {}, shown once.\n", stored.id.value, options.key.name);
    if (others > 0)
        fmt::print(stderr, "{} has {} more: revoke what nobody uses any longer.\n", options.key.name, others);
    return 0;
}

int list(const Config& config) {
    const auto file = database_of(config);
    if (!std::filesystem::exists(file)) throw std::runtime_error(fmt::format("there is no {}", file.string()));
    sqlite::Connection connection(file, sqlite::Connection::Mode::read, busy_timeout);
    if (!sqlite::has_keys_table(connection)) return 0;
    const auto line = [](const std::string& id, const ApiKey& key, const std::string& created,
                         const std::string& state) {
        std::string workspaces;
        for (const auto& workspace : key.workspaces)
            workspaces += fmt::format("{}{}", workspaces.empty() ? "" : ",", workspace.value);
        const auto quota = key.requests_per_minute ? fmt::format("{}", *key.requests_per_minute) : std::string("-");
        fmt::print("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", id, key.name, key.scopes.text(","), workspaces, quota, created,
                   state);
    };
    fmt::print("id\tname\tscopes\tworkspaces\trequests_per_minute\tcreated_at\tstate\n");
    for (const auto& key : config.keys) line("configuration", key, "-", "live");
    for (const auto& stored : sqlite::list_keys(connection))
        line(stored.id.value, stored.key, to_rfc3339(stored.created_at),
             stored.revoked_at ? "revoked " + to_rfc3339(*stored.revoked_at) : "live");
    return 0;
}

int revoke(const std::string& id, const Config& config) {
    if (!is_id("key", id)) {
        fmt::print(stderr, "herald: keys revoke: '{}' is no id of a key, see: herald keys list\n", id);
        return usage_error;
    }
    boost::asio::io_context io;
    auto connection = open_to_write(config);
    const auto revoked = sqlite::revoke_key(connection, {id}, SystemClock(io.get_executor()).wall_now());
    return revoked ? 0 : failed(revoked.error());
}

bool has_stored_keys(const Config& config) {
    const auto file = database_of(config);
    if (!std::filesystem::exists(file)) return false;
    sqlite::Connection connection(file, sqlite::Connection::Mode::read, busy_timeout);
    return sqlite::has_keys_table(connection) && sqlite::keys_revision(connection) > 0;
}

}  // namespace

int keys_command(std::span<const std::string> arguments, const Config& config) {
    const auto command = arguments.empty() ? std::string() : arguments[0];
    if (command == "create") return create(arguments.subspan(1), config);
    if (command == "list" && arguments.size() == 1) return list(config);
    if (command == "revoke" && arguments.size() == 2) return revoke(arguments[1], config);
    fmt::print(stderr, "herald: keys create|list|revoke; see herald --help\n");
    return usage_error;
}

std::optional<std::string> refuse_to_listen(const Config& config) {
    if (!listens_elsewhere(config) || !config.keys.empty() || has_stored_keys(config)) return {};
    return fmt::format(
        "HERALD_LISTEN or listen: {} can be reached by others, and there is no API key: put one into HERALD_KEYS, or "
        "create one with herald keys create; without keys only a loopback address is taken",
        config.listen_host);
}

}  // namespace herald::service
