#include "api/upload/record_splitter.hpp"

namespace herald::api {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t past_mark = byte_order_mark.size() + 1;

}  // namespace

std::optional<Record> RecordSplitter::next(std::string_view& input) {
    if (!begun_) {
        kept_.clear();
        too_long_ = false;
        first_line_ = line_;
    }
    if (bom_ != past_mark) skip_bom(input);
    if (input.empty()) return {};
    begun_ = true;
    const auto end = end_of_record(input);
    const auto piece = input.substr(0, end);
    if (end == std::string_view::npos) {
        keep(piece);
        input = {};
        return {};
    }
    input.remove_prefix(end + 1);
    begun_ = false;
    if (kept_.empty() && !too_long_) return record(piece);
    keep(piece);
    return record(kept_);
}

std::optional<Record> RecordSplitter::finish() {
    if (!begun_) return {};
    begun_ = false;
    return record(kept_);
}

void RecordSplitter::skip_bom(std::string_view& input) {
    for (; !input.empty() && bom_ < byte_order_mark.size(); ++bom_) {
        if (input.front() == byte_order_mark[bom_]) {
            input.remove_prefix(1);
            continue;
        }
        // No mark after all: what looked like one belongs to the text.
        if (bom_ > 0) {
            begun_ = true;
            at_ = At::plain;
            keep(byte_order_mark.substr(0, bom_));
        }
        bom_ = past_mark;
        return;
    }
    if (bom_ == byte_order_mark.size()) bom_ = past_mark;
}

std::size_t RecordSplitter::end_of_record(std::string_view input) {
    if (quoting_ == Quoting::csv) return end_of_csv_record(input);
    const auto end = input.find('\n');
    if (end != std::string_view::npos) ++line_;
    return end;
}

std::size_t RecordSplitter::end_of_csv_record(std::string_view input) {
    for (std::size_t i = 0; i < input.size(); ++i) {
        const char c = input[i];
        if (c == '\n') ++line_;
        if (at_ == At::quoted) {
            if (c == '"') at_ = At::quote;
        } else if (c == '\n') {
            at_ = At::field;
            return i;
        } else if (c == '"') {
            if (at_ != At::plain) at_ = At::quoted;  // opens a field, or stands for a quote in one
        } else {
            at_ = c == ',' ? At::field : At::plain;
        }
    }
    return std::string_view::npos;
}

// One byte more than a record may have, for the CR that is not part of it.
void RecordSplitter::keep(std::string_view piece) {
    if (!too_long_ && kept_.size() + piece.size() <= longest_record + 1) {
        kept_ += piece;
        return;
    }
    too_long_ = true;
    kept_.clear();
}

Record RecordSplitter::record(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (too_long_ || text.size() > longest_record) return {first_line_, {}, true};
    return {first_line_, text, false};
}

}  // namespace herald::api
