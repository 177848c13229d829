// Lines and records out of pieces that break them anywhere.

#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/upload/csv_fields.hpp"
#include "api/upload/recipient_reader.hpp"

namespace herald::api {
namespace {

using Quoting = RecordSplitter::Quoting;

// "line:text", or "line!" for one that was too long.
std::vector<std::string> split(Quoting quoting, const std::vector<std::string>& pieces) {
    RecordSplitter splitter(quoting);
    std::vector<std::string> out;
    const auto add = [&](const Record& r) {
        out.push_back(r.too_long ? fmt::format("{}!", r.line) : fmt::format("{}:{}", r.line, r.text));
    };
    for (const auto& piece : pieces) {
        std::string_view rest = piece;
        while (const auto record = splitter.next(rest)) add(*record);
        EXPECT_TRUE(rest.empty());
    }
    if (const auto record = splitter.finish()) add(*record);
    return out;
}

using Lines = std::vector<std::string>;

TEST(RecordSplitter, EndsLinesAtLfAndCrlfAndTheEnd) {
    EXPECT_EQ(split(Quoting::none, {"a\nb\r\n\nc"}), (Lines{"1:a", "2:b", "3:", "4:c"}));
    EXPECT_EQ(split(Quoting::none, {"a\n"}), (Lines{"1:a"}));
    EXPECT_EQ(split(Quoting::none, {}), Lines{});
    EXPECT_EQ(split(Quoting::none, {"", "", ""}), Lines{});
}

TEST(RecordSplitter, PassesOverAByteOrderMarkAtTheBeginningOnly) {
    EXPECT_EQ(split(Quoting::none, {"\xef", "\xbb", "\xbf", "a\n\xef\xbb\xbf"}), (Lines{"1:a", "2:\xef\xbb\xbf"}));
    EXPECT_EQ(split(Quoting::csv, {"\xef\xbb\xbf\"a\nb\"\n"}), (Lines{"1:\"a\nb\""}));
    EXPECT_EQ(split(Quoting::none, {"\xef\xbb", "x\n"}), (Lines{"1:\xef\xbbx"}));
    EXPECT_EQ(split(Quoting::none, {"\xef\xbb\xbf"}), Lines{});
}

TEST(RecordSplitter, ALineTooLongIsNamedAndNotKept) {
    const std::string fits(longest_record, 'x');
    EXPECT_EQ(split(Quoting::none, {fits + "\r\n" + fits + "x\nb"}), (Lines{"1:" + fits, "2!", "3:b"}));
    EXPECT_EQ(split(Quoting::none, {fits, fits, fits, "\nb\n"}), (Lines{"1!", "2:b"}));
    EXPECT_EQ(split(Quoting::none, {fits, "x"}), (Lines{"1!"}));
    EXPECT_EQ(split(Quoting::none, {fits, "\r"}), (Lines{"1:" + fits}));
}

TEST(RecordSplitter, ACsvFieldInQuotesHoldsLineBreaks) {
    EXPECT_EQ(split(Quoting::csv, {"a,\"b\nc\"\"\n\",d\ne"}), (Lines{"1:a,\"b\nc\"\"\n\",d", "4:e"}));
}

TEST(RecordSplitter, AStrayQuoteInCsvCostsOneLine) {
    EXPECT_EQ(split(Quoting::csv, {"a,5\" pipe\nb,\"c\"d\ne\n"}), (Lines{"1:a,5\" pipe", "2:b,\"c\"d", "3:e"}));
}

TEST(RecordSplitter, WhereThePiecesBreakDoesNotMatter) {
    std::mt19937_64 random(7);
    const std::vector<std::string> parts{
        "a", ",", "\"", "\"\"", "\n", "\r\n", "\r", "\xef\xbb\xbf", "\xc3\xa4", " ", "\xef", std::string(30'000, 'y')};
    for (int round = 0; round < 300; ++round) {
        std::string file;
        for (auto n = random() % 40; n > 0; --n) file += parts[random() % parts.size()];
        for (const auto quoting : {Quoting::none, Quoting::csv}) {
            const auto whole = split(quoting, {file});
            std::vector<std::string> pieces;
            for (std::size_t at = 0; at < file.size();) {
                const auto n = 1 + random() % (round % 2 == 0 ? 3 : 20'000);
                pieces.push_back(file.substr(at, n));
                at += n;
            }
            ASSERT_EQ(split(quoting, pieces), whole) << round;
        }
    }
}

TEST(CsvFields, FollowRfc4180) {
    std::vector<std::string> fields{"left", "over", "from", "before"};
    EXPECT_EQ(read_csv_fields("a,,\"b,\"\"c\"\"\n\",", fields), std::nullopt);
    EXPECT_EQ(fields, (std::vector<std::string>{"a", "", "b,\"c\"\n", ""}));
    EXPECT_TRUE(read_csv_fields("a,\"b", fields));
    EXPECT_TRUE(read_csv_fields("a,\"b\"c", fields));
    EXPECT_TRUE(read_csv_fields("a\"b", fields));
}

struct Outcome {
    std::vector<Recipient> recipients;
    std::vector<std::string> errors;  // "line code"
    std::int64_t lines{};
    std::optional<LineError> refused;
};

Outcome read(UploadFormat format, std::string_view file) {
    RecipientReader reader(format);
    Outcome out;
    do {
        reader.read(file);
        for (auto& recipient : reader.take_batch()) out.recipients.push_back(std::move(recipient));
    } while (!file.empty() && !reader.refused());
    reader.finish();
    for (auto& recipient : reader.take_batch()) out.recipients.push_back(std::move(recipient));
    for (const auto& error : reader.report().errors)
        out.errors.push_back(fmt::format("{} {}", error.line, name(error.code)));
    out.lines = reader.report().lines;
    out.refused = reader.refused();
    return out;
}

using Kind = ContactRef::Kind;

TEST(RecipientReader, TakesTheGoodLinesOfNdjsonAndNamesTheOthers) {
    const auto out =
        read(UploadFormat::ndjson,
             "{\"id\":\"1\",\"variables\":{\"n\":3,\"b\":true}}\n\n{\"email\":\"A@x.org\"}\r\n{\"email\":\"no\"}\n"
             "{}\n{\"id\":\"1\",\"email\":\"a@x.org\"}\n[1]\nnonsense\n{\"id\":\"\xff\"}\n{\"id\":\"1\",\"x\":1}\n"
             "{\"id\":\"1\",\"id\":\"2\"}\n{\"external_id\":\"c-1\"}");
    EXPECT_EQ(out.recipients, (std::vector<Recipient>{{{Kind::id, "1"}, {{"b", "true"}, {"n", "3"}}},
                                                      {{Kind::email, "A@x.org"}, {}},
                                                      {{Kind::external_id, "c-1"}, {}}}));
    EXPECT_EQ(out.errors, (std::vector<std::string>{"4 invalid_value", "5 exactly_one_of", "6 exactly_one_of",
                                                    "7 wrong_type", "8 malformed_json", "9 invalid_utf8",
                                                    "10 unknown_field", "11 malformed_json"}));
    EXPECT_EQ(out.lines, 11);
}

TEST(RecipientReader, ACsvRowIsItsReferenceAndVariables) {
    const auto out = read(UploadFormat::csv,
                          "\xef\xbb\xbf"
                          "external_id,email,first name,note\r\nc-1,,Ann,\"a\nb\"\r\n,b@x.org,,\r\n"
                          ",,Eve,\r\nc-2,d@x.org,,\r\nc-3\r\nc-4,,\"x,\r\n,e@x.org,\xff,\r\n");
    EXPECT_EQ(out.recipients,
              (std::vector<Recipient>{{{Kind::external_id, "c-1"}, {{"first name", "Ann"}, {"note", "a\nb"}}},
                                      {{Kind::email, "b@x.org"}, {}}}));
    EXPECT_EQ(out.errors,
              (std::vector<std::string>{"5 exactly_one_of", "6 exactly_one_of", "7 malformed_csv", "8 invalid_utf8"}));
}

TEST(RecipientReader, AWrongCsvHeaderRefusesTheFile) {
    for (const std::string header : {"", "name\n", "email,email\n", "email,\n", "email,\"x\n",
                                     "em\xff"
                                     "ail\n"})
        EXPECT_TRUE(read(UploadFormat::csv, header + "a@x.org\n").refused) << header;
    EXPECT_TRUE(read(UploadFormat::csv, "").refused);
    std::string many = "email";
    for (int i = 0; i < 50; ++i) many += fmt::format(",v{}", i);
    EXPECT_FALSE(read(UploadFormat::csv, many + "\n").refused);
    EXPECT_TRUE(read(UploadFormat::csv, many + ",v50\n").refused);
}

TEST(RecipientReader, ABatchIsBoundedInRecipientsAndBytes) {
    std::string file;
    for (int i = 0; i < 12'000; ++i) file += fmt::format("{{\"id\":\"{}\"}}\n", i);
    RecipientReader reader(UploadFormat::ndjson);
    std::string_view rest = file;
    std::vector<std::size_t> sizes;
    while (!rest.empty()) {
        reader.read(rest);
        sizes.push_back(reader.take_batch().size());
    }
    EXPECT_EQ(sizes, (std::vector<std::size_t>{5'000, 5'000, 2'000}));

    file.clear();
    for (int i = 0; i < 200; ++i)
        file += fmt::format("{{\"id\":\"{}\",\"variables\":{{\"a\":\"{}\"}}}}", i, std::string(4'000, 'x')) +
                std::string(50'000, ' ') + "\n";
    rest = file;
    reader.read(rest);
    EXPECT_LE(reader.take_batch().size(), 80U);
}

TEST(RecipientReader, OnlyTheFirstThousandErrorsAreListed) {
    std::string file;
    for (int i = 0; i < 1'500; ++i) file += "x\n";
    RecipientReader reader(UploadFormat::ndjson);
    std::string_view rest = file;
    reader.read(rest);
    EXPECT_EQ(reader.report().errors.size(), 1'000U);
    EXPECT_EQ(reader.report().errors_total, 1'500);
}

}  // namespace
}  // namespace herald::api
