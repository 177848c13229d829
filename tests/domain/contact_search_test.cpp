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
        const bool order = op == gt || op == lt || op == gte || op == lte;
        const bool inside = op == contains || op == not_contains || op == starts_with || op == ends_with;
        const bool equality = op == eq || op == ne;
        const auto taken = [&](const Filter& filter) { return refused(filter) == std::nullopt; };
        EXPECT_EQ(taken(text("email", op)), !order && op != exists) << name(op);
        EXPECT_EQ(taken(number("created_at", op)), op == eq || op == gt || op == lt) << name(op);
        EXPECT_EQ(taken(flag("has_hard_bounced", op)), equality) << name(op);
        EXPECT_EQ(taken(text("segment_id", op)), equality) << name(op);
        EXPECT_EQ(taken(text("tag_id", op)), equality) << name(op);
        EXPECT_EQ(taken(text("custom_attributes.tier", op)), !order && op != exists) << name(op);
        EXPECT_EQ(taken(number("custom_attributes.seats", op)), !inside && op != exists) << name(op);
        EXPECT_EQ(taken(flag("custom_attributes.vip", op)), equality) << name(op);
    }
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
