#include "domain/filter/evaluate.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "domain/core/duration.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
using enum FilterOp;

const WallTime now = from_rfc3339("2026-11-23T18:00:00.250Z").value();
constexpr std::int64_t now_seconds = 1'795'456'800;

Contact ann() {
    Contact out;
    out.id = {"5f0c"};
    out.external_id = "client_1";
    out.email = "Ann@Acme.example";
    out.unsubscribed_from_emails = true;
    out.dates.set(ContactDate::created_at, WallTime{seconds{now_seconds - 86'400}});
    out.attributes = {{"name", "Ann"},
                      {"email", "Ann@Acme.example"},
                      {"external_id", "client_1"},
                      {"tier", "gold"},
                      {"seats", "5"},
                      {"ratio", "0.5"},
                      {"vip", "true"},
                      {"renewal", "1798048800"},
                      {"since", "2026-11-23T18:00:00Z"},
                      {"empty", ""},
                      {"huge", "9007199254740993"},
                      {"zero", "-0"},
                      {"not_one", "nan"},
                      {"zip", "00123"}};
    return out;
}

Judgement ask(const std::string& field, FilterOp op, std::vector<FilterScalar> values) {
    auto facts = facts_of(ann());
    add_event_facts(facts, "plan_changed",
                    {{"plan", std::string("pro")}, {"seats", std::int64_t{5}}, {"trial", false}, {"note", Scalar{}}});
    return judge(Filter::where(field, op, std::move(values)), facts, now);
}
bool holds(const std::string& field, FilterOp op, FilterScalar value) {
    return ask(field, op, {std::move(value)}).matches;
}
FilterScalar text(std::string value) {
    return value;
}
FilterScalar whole(std::int64_t value) {
    return value;
}

TEST(Facts, AreNamedAsFiltersNameThem) {
    Contact person;
    person.id = {"x"};
    person.email = "a@b.example";
    person.role = ContactRole::lead;
    person.dates.set(ContactDate::last_seen_at, WallTime{7s});
    person.attributes = {{"phone", "1"}, {"tier", "gold"}};
    EXPECT_EQ(facts_of(person), (Scalars{{"id", "x"},
                                         {"email", "a@b.example"},
                                         {"email_domain", "b.example"},
                                         {"role", "lead"},
                                         {"phone", "1"},
                                         {"unsubscribed_from_emails", false},
                                         {"has_hard_bounced", false},
                                         {"marked_email_as_spam", false},
                                         {"last_seen_at", std::int64_t{7}},
                                         {"custom_attributes.tier", "gold"}}));
}

TEST(Facts, OfAnEventStandBesideThem) {
    Scalars facts{{"email", "a"}};
    add_event_facts(facts, "bought", {{"item", std::string("x")}, {"none", Scalar{}}});
    EXPECT_EQ(facts, (Scalars{{"email", "a"}, {"event.name", "bought"}, {"event.metadata.item", "x"}}));
}

TEST(Judge, ComparesTexts) {
    EXPECT_TRUE(holds("tier", eq, text("gold")));
    EXPECT_TRUE(holds("custom_attributes.tier", eq, text("gold")));
    EXPECT_FALSE(holds("tier", eq, text("Gold")));
    EXPECT_TRUE(holds("tier", ne, text("silver")));
    EXPECT_TRUE(ask("tier", in, {text("silver"), text("gold")}).matches);
    EXPECT_FALSE(ask("tier", not_in, {text("silver"), text("gold")}).matches);
    EXPECT_TRUE(holds("tier", contains, text("ol")));
    EXPECT_FALSE(holds("tier", contains, text("OL")));
    EXPECT_TRUE(holds("tier", not_contains, text("x")));
    EXPECT_TRUE(holds("tier", starts_with, text("go")));
    EXPECT_TRUE(holds("tier", ends_with, text("ld")));
    EXPECT_FALSE(holds("tier", ends_with, text("go")));
    EXPECT_TRUE(holds("seats", eq, text("5")));  // kept as a text
    EXPECT_FALSE(holds("event.metadata.seats", eq, text("5")));
    EXPECT_FALSE(holds("tier", gt, text("a")));  // texts have no order
}

TEST(Judge, AddressesIgnoreCase) {
    EXPECT_TRUE(holds("email", eq, text("ann@ACME.example")));
    EXPECT_TRUE(holds("email", ends_with, text("@acme.EXAMPLE")));
    EXPECT_TRUE(ask("email_domain", in, {text("acme.example")}).matches);
    EXPECT_FALSE(holds("external_id", eq, text("CLIENT_1")));
}

TEST(Judge, ComparesNumbersAlsoInTexts) {
    EXPECT_TRUE(holds("seats", eq, whole(5)));
    EXPECT_TRUE(holds("seats", eq, 5.0));
    EXPECT_TRUE(holds("seats", gte, whole(5)));
    EXPECT_FALSE(holds("seats", gt, whole(5)));
    EXPECT_TRUE(holds("seats", lt, 5.5));
    EXPECT_TRUE(holds("ratio", eq, 0.5));
    EXPECT_TRUE(holds("ratio", lt, whole(1)));
    EXPECT_TRUE(holds("zip", eq, whole(123)));
    EXPECT_TRUE(holds("event.metadata.seats", lte, whole(5)));
    EXPECT_FALSE(holds("tier", eq, whole(5)));
    EXPECT_TRUE(holds("tier", ne, whole(5)));
    EXPECT_FALSE(holds("tier", lt, whole(5)));
    EXPECT_FALSE(holds("vip", eq, whole(1)));
}

TEST(Judge, NumbersAreExactAtTheirEnds) {
    EXPECT_TRUE(holds("huge", eq, whole(9'007'199'254'740'993)));
    EXPECT_FALSE(holds("huge", eq, 9'007'199'254'740'992.0));
    EXPECT_TRUE(holds("huge", gt, 9'007'199'254'740'992.0));
    EXPECT_TRUE(holds("zero", eq, 0.0));
    EXPECT_TRUE(holds("zero", eq, -0.0));
    EXPECT_TRUE(holds("zero", gte, whole(0)));
    for (const auto op : {eq, gt, lt, gte, lte}) {
        EXPECT_FALSE(holds("not_one", op, whole(0))) << name(op);
        EXPECT_FALSE(holds("seats", op, std::nan(""))) << name(op);
    }
    EXPECT_TRUE(holds("seats", ne, std::nan("")));
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    const auto compared = [](Scalar fact, FilterOp op, FilterScalar value) {
        return judge(Filter::where("x", op, {std::move(value)}), {{"custom_attributes.x", std::move(fact)}}, now)
            .matches;
    };
    EXPECT_TRUE(compared(most, lt, 0x1p63));
    EXPECT_TRUE(compared(least, eq, -0x1p63));
    EXPECT_TRUE(compared(least, gt, -0x1.8p63));
    EXPECT_TRUE(compared(0x1p63, gt, whole(most)));
    EXPECT_TRUE(compared(-0.5, lt, whole(0)));
    EXPECT_TRUE(compared(-0.5, gt, whole(-1)));
    EXPECT_TRUE(compared(std::numeric_limits<double>::infinity(), gt, whole(most)));
    EXPECT_FALSE(compared(std::nan(""), eq, std::nan("")));
}

TEST(Judge, ComparesTrueAndFalse) {
    EXPECT_TRUE(holds("unsubscribed_from_emails", eq, true));
    EXPECT_TRUE(holds("has_hard_bounced", ne, true));
    EXPECT_TRUE(holds("vip", eq, true));
    EXPECT_FALSE(holds("vip", eq, false));
    EXPECT_TRUE(holds("event.metadata.trial", eq, false));
    EXPECT_FALSE(holds("tier", eq, true));
    EXPECT_FALSE(holds("tier", eq, false));
}

TEST(Judge, ComparesDates) {
    EXPECT_TRUE(holds("created_at", eq, whole(now_seconds - 86'400)));
    EXPECT_TRUE(holds("created_at", lt, whole(now_seconds)));
    EXPECT_TRUE(holds("renewal", gt, whole(now_seconds)));
    EXPECT_TRUE(holds("since", eq, whole(now_seconds)));
    EXPECT_FALSE(holds("since", lt, whole(now_seconds)));
}

TEST(Judge, ComparesDatesWithNow) {
    EXPECT_TRUE(holds("created_at", within_last, text("2d")));
    EXPECT_FALSE(holds("created_at", within_last, text("24h")));  // a quarter of a second too old
    EXPECT_TRUE(holds("created_at", within_last, text("1441m")));
    EXPECT_FALSE(holds("created_at", within_next, text("2d")));
    EXPECT_TRUE(holds("created_at", not_within_next, text("2d")));
    EXPECT_TRUE(holds("renewal", within_next, text("30d")));
    EXPECT_FALSE(holds("renewal", within_next, text("29d")));
    EXPECT_FALSE(holds("renewal", not_within_next, text("30d")));
    EXPECT_FALSE(holds("renewal", within_last, text("3650d")));
    EXPECT_TRUE(holds("since", within_last, text("1m")));
    EXPECT_FALSE(holds("tier", within_last, text("1d")));
    EXPECT_TRUE(holds("tier", not_within_last, text("1d")));
}

TEST(Judge, WhatIsNotThereMatchesTheContrariesOnly) {
    for (const auto* field : {"nothing", "phone", "last_seen_at", "event.metadata.nothing", "event.metadata.note"})
        for (const auto op : all_filter_ops) {
            if (op == exists) continue;
            const bool contrary =
                op == ne || op == not_in || op == not_contains || op == not_within_last || op == not_within_next;
            EXPECT_EQ(holds(field, op, text("1d")), contrary) << field << name(op);
        }
    EXPECT_TRUE(holds("nothing", exists, false));
    EXPECT_FALSE(holds("nothing", exists, true));
    EXPECT_TRUE(holds("tier", exists, true));
    EXPECT_FALSE(holds("tier", exists, false));
    EXPECT_TRUE(holds("empty", exists, true));
}

TEST(Judge, SaysWhatDecidedAndNothingOfThePerson) {
    const auto because = [](const std::string& field, FilterOp op, std::vector<FilterScalar> values) {
        return ask(field, op, std::move(values)).because;
    };
    EXPECT_EQ(because("tier", eq, {text("enterprise")}), "custom_attributes.tier eq \"enterprise\": the value differs");
    EXPECT_EQ(because("tier", eq, {text("gold")}), "custom_attributes.tier eq \"gold\": the value is equal");
    EXPECT_EQ(because("phone", eq, {text("1")}), "phone eq \"1\": the value is not there");
    EXPECT_EQ(because("tier", gt, {whole(5)}), "custom_attributes.tier gt 5: the value is no number");
    EXPECT_EQ(because("tier", eq, {true}), "custom_attributes.tier eq true: the value is not true or false");
    EXPECT_EQ(because("tier", within_last, {text("7d")}),
              "custom_attributes.tier within_last \"7d\": the value is no date");
    EXPECT_EQ(because("event.metadata.seats", contains, {text("5")}),
              "event.metadata.seats contains \"5\": the value is no text");
    EXPECT_EQ(because("seats", lt, {1.5}), "custom_attributes.seats lt 1.5: it is not so");
    EXPECT_EQ(because("seats", exists, {false}), "custom_attributes.seats exists false: the value is there");
    EXPECT_EQ(because("tier", in, {text("a"), text("b"), text("c"), text("d"), text("e")}),
              "custom_attributes.tier in [\"a\", \"b\", \"c\" and 2 more]: the value is none of them");
    EXPECT_EQ(because("tier", eq, {text(std::string(80, 'x'))}),
              "custom_attributes.tier eq \"" + std::string(60, 'x') + "...\": the value differs");
}

TEST(Judge, OfGroupsSaysTheFirstThatDecidedOrAll) {
    const auto condition = [](std::string field, bool there) {
        return Filter::where(std::move(field), exists, {there});
    };
    const Scalars facts{{"custom_attributes.a", true}, {"custom_attributes.b", true}};
    const auto because = [&](const Filter& filter) { return judge(filter, facts, now).because; };
    const auto a = condition("a", true);
    const auto b = condition("b", true);
    const auto c = condition("c", true);
    EXPECT_EQ(judge(Filter::all({a, c, b}), facts, now),
              (Judgement{false, "custom_attributes.c exists true: the value is not there"}));
    EXPECT_EQ(judge(Filter::any({c, b, a}), facts, now),
              (Judgement{true, "custom_attributes.b exists true: the value is there"}));
    EXPECT_EQ(
        because(Filter::all({a, b})),
        "custom_attributes.a exists true: the value is there; custom_attributes.b exists true: the value is there");
    EXPECT_TRUE(because(Filter::all({a, b, Filter::any({c, a}), b, b})).ends_with("; and 2 more"));
    EXPECT_FALSE(judge(Filter::all({a, Filter::any({c, c})}), facts, now).matches);
}

// Where the only refusal of a condition is; nothing when it is taken.
std::optional<FilterPart> refused(const Filter& filter, FilterScope scope = FilterScope::contact_and_event) {
    const auto found = refused_here(filter, scope);
    if (found.empty()) return {};
    EXPECT_EQ(found.size(), 1U);
    EXPECT_FALSE(found.front().reason.empty());
    return found.front().part;
}

TEST(RefusedHere, WhatIsNotReadWithAPersonIsRefused) {
    for (const auto* field : {"id", "email", "email_domain", "name", "phone", "external_id", "tier", "event.name",
                              "custom_attributes.tier", "event.metadata.plan", "event.metadata.a.b", "event"})
        EXPECT_EQ(refused(Filter::where(field, eq, {text("x")})), std::nullopt) << field;
    for (const auto* field : {"tag_id", "segment_id", "location.city", "browser", "ios_device", "owner_id", "event.",
                              "event.metadata.", "event.created_at", "a.b", "a$b", "", "custom_attributes."})
        EXPECT_EQ(refused(Filter::where(field, eq, {text("x")})), FilterPart::field) << field;
    EXPECT_EQ(refused(Filter::where("ios_last_seen_at", eq, {whole(1)})), FilterPart::field);
    for (const auto date : all_contact_dates)
        EXPECT_EQ(refused(Filter::where(std::string(name(date)), eq, {whole(1)})), std::nullopt);
}

TEST(RefusedHere, WithoutAnEventItsFieldsAreRefused) {
    EXPECT_EQ(refused(Filter::where("event.name", eq, {text("x")}), FilterScope::contact), FilterPart::field);
    EXPECT_EQ(refused(Filter::where("event.metadata.a", eq, {text("x")}), FilterScope::contact), FilterPart::field);
    EXPECT_EQ(refused(Filter::where("tier", eq, {text("x")}), FilterScope::contact), std::nullopt);
}

TEST(RefusedHere, EveryOperatorIsTakenWhereItMeansSomething) {
    for (const auto op : all_filter_ops) {
        const bool order = op == gt || op == lt || op == gte || op == lte;
        const bool inside = op == contains || op == not_contains || op == starts_with || op == ends_with;
        const bool relative = is_relative(op);
        const auto taken = [&](const std::string& field, FilterScalar value) {
            if (op == exists) value = true;
            if (relative) value = text("90m");
            return refused(Filter::where(field, op, {value})) == std::nullopt;
        };
        EXPECT_EQ(taken("email", text("x")), !order && !relative) << name(op);
        EXPECT_EQ(taken("role", text("lead")), !order && !relative) << name(op);
        EXPECT_EQ(taken("event.name", text("x")), !order && !relative) << name(op);
        EXPECT_EQ(taken("created_at", whole(1)), !inside) << name(op);
        EXPECT_EQ(taken("has_hard_bounced", true), op == eq || op == ne || op == exists) << name(op);
        EXPECT_EQ(taken("tier", text("x")), !order) << name(op);
        EXPECT_EQ(taken("seats", whole(1)), !inside) << name(op);
        EXPECT_EQ(taken("event.metadata.x", true), op == eq || op == ne || op == exists || relative) << name(op);
    }
}

TEST(RefusedHere, ValuesAndSizesAreThoseOfTheSearch) {
    EXPECT_EQ(refused(Filter::where("created_at", eq, {text("yesterday")})), FilterPart::value);
    EXPECT_EQ(refused(Filter::where("created_at", within_last, {whole(7)})), FilterPart::value);
    EXPECT_EQ(refused(Filter::where("tier", exists, {text("yes")})), FilterPart::value);
    EXPECT_EQ(refused(Filter::where("tier", eq, {text("")})), FilterPart::value);
    EXPECT_EQ(refused(Filter::where("tier", in, {text("a"), whole(1)})), FilterPart::value);
    const auto a = Filter::where("tier", eq, {text("a")});
    const auto recent = Filter::where("created_at", within_last, {text("1m")});
    EXPECT_EQ(refused(Filter::any(std::vector(16, a))), FilterPart::whole);
    EXPECT_EQ(refused(Filter::all(std::vector(15, recent))), std::nullopt);  // one part each, here
    EXPECT_EQ(refused(Filter::all({a, Filter::any({recent})})), std::nullopt);
    EXPECT_EQ(refused(Filter::all({Filter::any({Filter::all({a})})})), FilterPart::whole);
    EXPECT_EQ(refused(Filter::any({})), FilterPart::whole);
}

}  // namespace
}  // namespace herald
