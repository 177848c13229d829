#include "domain/filter/contact_search.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

using enum FilterOp;
using Path = std::vector<std::size_t>;

Filter text(std::string field, FilterOp op = eq, std::string value = "x") {
    return Filter::where(std::move(field), op, {FilterScalar(std::move(value))});
}
Filter number(std::string field, FilterOp op, std::int64_t value = 5) {
    return Filter::where(std::move(field), op, {FilterScalar(value)});
}
Filter flag(std::string field, FilterOp op) {
    return Filter::where(std::move(field), op, {FilterScalar(true)});
}

// Where the only refusal of a condition is; nothing when it is taken.
std::optional<FilterPart> refused(const Filter& filter) {
    const auto found = refused_by_contact_search(filter);
    if (found.empty()) return {};
    EXPECT_EQ(found.size(), 1U);
    EXPECT_FALSE(found.front().reason.empty());
    return found.front().part;
}

TEST(ContactSearch, EveryOperatorIsTakenExactlyWhereIntercomHasIt) {
    for (const auto op : all_filter_ops) {
        const bool relative = op == within_last || op == within_next;
        const bool absent = op == exists || op == not_within_last || op == not_within_next;
        const bool order = op == gt || op == lt || op == gte || op == lte;
        const bool inside = op == contains || op == not_contains || op == starts_with || op == ends_with;
        const bool equality = op == eq || op == ne;
        const auto taken = [&](const Filter& filter) { return refused(filter) == std::nullopt; };
        EXPECT_EQ(taken(text("email", op)), !order && !absent && !relative) << name(op);
        EXPECT_EQ(taken(number("created_at", op)), op == eq || op == gt || op == lt) << name(op);
        EXPECT_EQ(taken(flag("has_hard_bounced", op)), equality) << name(op);
        EXPECT_EQ(taken(text("segment_id", op)), equality) << name(op);
        EXPECT_EQ(taken(text("tag_id", op)), equality) << name(op);
        EXPECT_EQ(taken(text("custom_attributes.tier", op, relative ? "7d" : "x")), !order && !absent) << name(op);
        EXPECT_EQ(taken(number("custom_attributes.seats", op)), !inside && !absent && !relative) << name(op);
        EXPECT_EQ(taken(flag("custom_attributes.vip", op)), equality) << name(op);
    }
}

TEST(ContactSearch, DatesAreComparedWithNowInWholeDays) {
    EXPECT_EQ(refused(text("created_at", within_last, "7d")), std::nullopt);
    EXPECT_EQ(refused(text("created_at", within_last, "48h")), std::nullopt);
    EXPECT_EQ(refused(text("renewal", within_next, "3650d")), std::nullopt);
    for (const auto* value : {"12h", "90m", "25h"})
        EXPECT_EQ(refused(text("created_at", within_last, value)), FilterPart::value) << value;
    for (const auto* value : {"", "7", "d", "0d", "-1d", "+1d", "1.5d", "7 d", "7D", "1w", "3651d", "99999999999d"})
        EXPECT_EQ(refused(text("renewal", within_last, value)), FilterPart::value) << value;
    EXPECT_EQ(refused(number("created_at", within_last, 7)), FilterPart::value);
}

TEST(ContactSearch, WhatIsRelativeTakesTwoPlaces) {
    const auto recent = text("created_at", within_last, "7d");
    EXPECT_EQ(refused(Filter::all(std::vector(7, recent))), std::nullopt);
    EXPECT_EQ(refused(Filter::all(std::vector(8, recent))), FilterPart::whole);
    EXPECT_EQ(refused(Filter::any(std::vector(15, recent))), std::nullopt);
    EXPECT_EQ(refused(Filter::any({text("tier"), Filter::all({recent, recent})})), std::nullopt);
    EXPECT_EQ(refused(Filter::all({text("tier"), Filter::any({recent})})), FilterPart::op);
    // What is taken stays within the bounds of the search.
    const auto translated = searchable_at(Filter::all({text("tier"), recent, Filter::any({text("tier")})}), WallTime{});
    EXPECT_EQ(translated.parts.size(), 4U);
    EXPECT_EQ(refused(translated), std::nullopt);
    EXPECT_EQ(refused(searchable_at(Filter::any({recent, text("tier")}), WallTime{})), std::nullopt);
    EXPECT_EQ(searchable_at(text("tier"), WallTime{}), text("tier"));
}

TEST(ContactSearch, DatesMayBeWrittenAsPeopleWriteThem) {
    const auto read = [](std::string field, FilterOp op, std::string value) {
        return with_dates_read({std::move(field), op, {std::move(value)}}).values.at(0);
    };
    const FilterScalar seconds_then = std::int64_t{1'795'456'800};
    EXPECT_EQ(read("created_at", eq, "2026-11-23T18:00:00Z"), seconds_then);
    EXPECT_EQ(read("created_at", lte, "2026-11-23T19:00:00.000+01:00"), seconds_then);
    EXPECT_EQ(read("renewal", gt, "2026-11-23T18:00:00Z"), seconds_then);
    EXPECT_EQ(read("event.metadata.at", lt, "2026-11-23T18:00:00Z"), seconds_then);
    // A text stays one where texts can be compared, and where it is no date to the second.
    for (const auto& [field, op, value] :
         std::vector<std::tuple<std::string, FilterOp, std::string>>{{"renewal", eq, "2026-11-23T18:00:00Z"},
                                                                     {"name", gt, "2026-11-23T18:00:00Z"},
                                                                     {"created_at", gt, "2026-11-23T18:00:00"},
                                                                     {"created_at", gt, "2026-11-23T18:00:00.5Z"},
                                                                     {"created_at", gt, "yesterday"},
                                                                     {"created_at", within_last, "7d"}})
        EXPECT_EQ(read(field, op, value), FilterScalar(value)) << field << value;
}

TEST(ContactSearch, AValueMustFitItsField) {
    EXPECT_EQ(refused(number("email", eq)), FilterPart::value);
    EXPECT_EQ(refused(text("created_at")), FilterPart::value);
    EXPECT_EQ(refused(text("has_hard_bounced", eq, "true")), FilterPart::value);
    EXPECT_EQ(refused(text("role", eq, "boss")), FilterPart::value);
    EXPECT_EQ(refused(text("role", eq, "lead")), std::nullopt);
    EXPECT_EQ(refused(text("email", eq, "")), FilterPart::value);
    EXPECT_EQ(refused(text("name", eq, std::string(256, 'x'))), FilterPart::value);
    EXPECT_EQ(refused(Filter::where("tier", eq, {FilterScalar(1.5)})), std::nullopt);
}

TEST(ContactSearch, AListHasOneToFiftyValuesOfOneType) {
    const auto list = [](std::size_t size) {
        return Filter::where("tier", in, std::vector<FilterScalar>(size, FilterScalar(std::string("x"))));
    };
    EXPECT_EQ(refused(list(0)), FilterPart::value);
    EXPECT_EQ(refused(list(1)), std::nullopt);
    EXPECT_EQ(refused(list(50)), std::nullopt);
    EXPECT_EQ(refused(list(51)), FilterPart::value);
    EXPECT_EQ(refused(Filter::where("tier", in, {std::string("x"), std::int64_t{1}})), FilterPart::value);
    EXPECT_EQ(refused(Filter::where("tier", eq, {std::string("x"), std::string("y")})), FilterPart::value);
}

TEST(ContactSearch, APlainNameIsTheCustomAttributeOfThatName) {
    EXPECT_EQ(contact_search_field("tier"), "custom_attributes.tier");
    EXPECT_EQ(contact_search_field("custom_attributes.tier"), "custom_attributes.tier");
    EXPECT_EQ(contact_search_field("email"), "email");
    EXPECT_EQ(contact_search_field("location.city"), "location.city");
    for (const auto* field : {"", "custom_attributes.", "custom_attributes.a.b", "location.street", "a$b"})
        EXPECT_EQ(refused(text(field)), FilterPart::field) << field;
}

TEST(ContactSearch, GroupsAreTwoDeepAndFifteenWide) {
    const auto group = [](std::size_t size) { return Filter::any(std::vector<Filter>(size, text("tier"))); };
    EXPECT_EQ(refused(group(15)), std::nullopt);
    EXPECT_EQ(refused(group(16)), FilterPart::whole);
    EXPECT_EQ(refused(group(0)), FilterPart::whole);
    EXPECT_EQ(refused(Filter::all({group(15), group(2), text("email")})), std::nullopt);
    const auto deep = refused_by_contact_search(Filter::all({text("tier"), Filter::any({Filter::all({text("x")})})}));
    ASSERT_EQ(deep.size(), 1U);
    EXPECT_EQ(deep[0].path, (Path{1, 0}));
}

TEST(ContactSearch, EveryMistakeIsNamedWithItsPlace) {
    const auto found = refused_by_contact_search(
        Filter::all({text("email", gt), Filter::any({text("tier"), number("created_at", gte)}), text("a.b")}));
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].path, (Path{0}));
    EXPECT_EQ(found[0].part, FilterPart::op);
    EXPECT_EQ(found[1].path, (Path{1, 1}));
    EXPECT_EQ(found[2].path, (Path{2}));
    EXPECT_EQ(found[2].part, FilterPart::field);
}

}  // namespace
}  // namespace herald
