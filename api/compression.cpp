#include "api/compression.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>
#include <zlib.h>

#include "api/negotiation.hpp"

namespace herald::api {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t worth_it = 1'024;
constexpr std::size_t too_long_for_the_loop = 64UL * 1024;
constexpr std::size_t out_at_once = 32UL * 1024;
constexpr int level = 4;              // more costs twice the time for a few per cent
constexpr int gzip_window = 15 + 16;  // the largest window, in gzip's format
constexpr int memory = 8;

constexpr std::array compressible{"application/json"sv,
                                  "application/problem+json"sv,
                                  "application/x-ndjson"sv,
                                  "application/yaml"sv,
                                  "text/csv"sv,
                                  "text/html"sv,
                                  "text/plain"sv};

bool may_be_compressed(const Response& response) {
    const auto type = response.headers.get("Content-Type").value_or("");
    return std::ranges::find(compressible, type.substr(0, type.find(';'))) != compressible.end();
}

class Deflater {
 public:
    Deflater() {
        if (deflateInit2(&state_, level, Z_DEFLATED, gzip_window, memory, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~Deflater() { deflateEnd(&state_); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    // What is ready after `piece`; all of it when that was the last one.
    std::string add(std::string_view piece, bool last) {
        std::string out;
        // zlib's interface predates const; it only reads.
        state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
        state_.avail_in = static_cast<uInt>(piece.size());
        do {
            const auto filled = out.size();
            out.resize(filled + out_at_once);
            state_.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
            state_.avail_out = out_at_once;
            deflate(&state_, last ? Z_FINISH : Z_NO_FLUSH);
            out.resize(out.size() - state_.avail_out);
        } while (state_.avail_out == 0);
        return out;
    }

 private:
    z_stream state_{};
};

std::string gzipped(std::string_view body) {
    return Deflater().add(body, true);
}

// A piece may stay within the compressor; the end gives out what is left.
class GzipStream final : public BodyStream {
 public:
    explicit GzipStream(std::unique_ptr<BodyStream> plain) : plain_(std::move(plain)) {}

    Task<std::optional<std::string>> next() override {
        if (ended_) co_return std::nullopt;
        const auto piece = co_await plain_->next();
        ended_ = !piece;
        // What broke off has no end that could be taken for one.
        if (ended_ && !plain_->whole()) co_return std::nullopt;
        co_return deflater_.add(piece ? *piece : std::string_view(), ended_);
    }
    bool whole() const override { return plain_->whole(); }

 private:
    std::unique_ptr<BodyStream> plain_;
    Deflater deflater_;
    bool ended_{};
};

// A client that has the compressed form is told that this one is still good.
void name_the_same_variant(const Request& request, Response& response) {
    response.headers.set("Vary", "Accept-Encoding");
    const auto etag = response.headers.get("ETag");
    const auto named = request.headers.get("If-None-Match");
    if (etag && named && named->contains(gzip_etag(*etag))) response.headers.set("ETag", gzip_etag(*etag));
}

}  // namespace

bool takes_gzip(const Headers& headers) {
    const auto field = headers.get("Accept-Encoding");
    if (!field) return false;
    const auto gzip = coding_weight(*field, "gzip");
    return gzip > 0 && gzip >= coding_weight(*field, "identity");
}

Task<void> compress(const Request& request, Response& response, Worker& worker) {
    if (response.status == 304) name_the_same_variant(request, response);
    if (!may_be_compressed(response) || (!response.stream && response.body.size() < worth_it)) co_return;
    response.headers.set("Vary", "Accept-Encoding");
    if (!takes_gzip(request.headers)) co_return;
    if (const auto etag = response.headers.get("ETag")) response.headers.set("ETag", gzip_etag(*etag));
    response.headers.set("Content-Encoding", "gzip");
    if (response.stream)
        response.stream = std::make_unique<GzipStream>(std::move(response.stream));
    else if (response.body.size() > too_long_for_the_loop)
        co_await worker.run([&response] { response.body = gzipped(response.body); });
    else
        response.body = gzipped(response.body);
}

}  // namespace herald::api
