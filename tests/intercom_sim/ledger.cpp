#include "tests/intercom_sim/ledger.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <openssl/sha.h>

namespace sim {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_kept_body = 2048;

std::uint64_t count_lines(const std::string& path) {
    std::uint64_t lines = 0;
    if (std::FILE* file = std::fopen(path.c_str(), "r")) {
        std::array<char, 65536> chunk{};
        while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), file)) {
            for (std::size_t i = 0; i < n; ++i) lines += chunk.at(i) == '\n' ? 1 : 0;
        }
        std::fclose(file);
    }
    return lines;
}

}  // namespace

LineFile::LineFile(const std::string& path)
    : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), path);
    lines_before_ = count_lines(path);
}

LineFile::~LineFile() {
    if (fd_ >= 0) ::close(fd_);
}

void LineFile::append(std::string line) {
    line.push_back('\n');
    ssize_t written{};
    do {
        written = ::write(fd_, line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    if (written == static_cast<ssize_t>(line.size())) return;
    std::perror("intercom-sim: the ledger or the request log cannot be written");
    std::_Exit(3);
}

Ledger::Ledger(const std::string& path) {
    if (!path.empty()) file_.emplace(path);
}

void Ledger::record(json::object effect, std::int64_t now_ms, std::string_view fault) {
    ++recorded_;
    if (!file_) return;
    json::object line;
    line.reserve(effect.size() + 3);
    line["seq"] = file_->lines_before() + recorded_;
    line["t_ms"] = now_ms;
    for (auto& member : effect) line.emplace(member.key(), std::move(member.value()));
    if (!fault.empty()) line["fault"] = fault;
    file_->append(json::serialize(line));
}

void add_body(json::object& effect, std::string_view body) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data());
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const unsigned char byte : digest) {
        hex.push_back(digits[byte >> 4U]);
        hex.push_back(digits[byte & 15U]);
    }
    effect["body_sha"] = hex;
    if (body.size() <= longest_kept_body) effect["body"] = body;
}

}  // namespace sim
