// What a filter finds in the stand-in's contact search is what judge() finds among the same contacts, read as they are
// shown: a campaign's audience and an automation's condition mean the same.

#include <random>
#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "adapters/intercom/wire.hpp"
#include "domain/filter/contact_search.hpp"
#include "domain/filter/evaluate.hpp"
#include "tests/intercom_sim/contact_json.hpp"

namespace herald::intercom {
namespace {

namespace json = boost::json;
using enum FilterOp;
using Random = std::mt19937_64;

constexpr std::int64_t now_seconds = 1'795'456'800;  // 2026-11-23T18:00:00Z
constexpr std::int64_t a_day = 86'400;
constexpr std::size_t people = 200;

template <class T>
const T& one_of(Random& random, const std::vector<T>& choice) {
    return choice[std::uniform_int_distribution<std::size_t>(0, choice.size() - 1)(random)];
}
bool in_percent(Random& random, int chance) {
    return std::uniform_int_distribution(1, 100)(random) <= chance;
}

const std::vector<std::string> tiers{"gold", "Gold", "silver", "5", "true"};
const std::vector<std::int64_t> orders{-1, 0, 1, 5, 1'000};
const std::vector<double> balances{-0.5, 0, 0.5, 5, 1e22};
const std::vector<std::int64_t> dates{now_seconds - 8 * a_day, now_seconds - a_day, now_seconds, now_seconds + a_day,
                                      now_seconds + 9 * a_day};

class FilterAgreement : public ::testing::Test {
 protected:
    FilterAgreement() {
        for (std::size_t i = 0; i < people; ++i) world.contacts.add(person(i));
        for (sim::ContactIndex i = 0; i < people; ++i)
            facts.push_back(
                facts_of(read_contact(json::serialize(sim::contact_json(world, i, world.contacts[i])))->contact));
    }

    sim::Contact person(std::size_t number) {
        sim::Contact out;
        out.external_id = "c-" + std::to_string(number);
        if (in_percent(random, 80))
            out.email = std::string(number % 2 == 0 ? "ann" : "bob") + std::to_string(number) +
                        (number % 3 == 0 ? "@acme.example" : "@other.example");
        if (in_percent(random, 70)) out.name = one_of(random, tiers);
        out.role = in_percent(random, 30) ? sim::Role::lead : sim::Role::user;
        out.unsubscribed = in_percent(random, 30);
        out.hard_bounced = in_percent(random, 30);
        out.created_ms = one_of(random, dates) * 1'000;
        out.updated_at = one_of(random, dates);
        if (in_percent(random, 70)) out.signed_up_at = one_of(random, dates);
        if (in_percent(random, 70)) out.more().last_seen_at = one_of(random, dates);
        const auto set = [&](std::string_view name, sim::AttributeValue value) {
            if (in_percent(random, 75)) out.attributes.emplace_back(world.attributes.find(name).value(), value);
        };
        set("tier", one_of(random, tiers));
        set("orders", one_of(random, orders));
        set("balance", one_of(random, balances));
        set("vip", in_percent(random, 50));
        set("renewal_date", one_of(random, dates));
        return out;
    }

    FilterScalar random_value(const std::string& field) {
        if (field == "orders") return one_of(random, orders);
        if (field == "balance") return one_of(random, balances);
        if (field == "vip" || field == "unsubscribed_from_emails" || field == "has_hard_bounced")
            return in_percent(random, 50);
        if (field == "role") return std::string(in_percent(random, 50) ? "user" : "lead");
        if (field.ends_with("_at") || field == "renewal_date") return one_of(random, dates);
        if (field == "email") return one_of(random, std::vector<std::string>{"ANN4@acme.example", "ann", "example"});
        if (field == "email_domain") return std::string(in_percent(random, 50) ? "Acme.Example" : "other.example");
        return one_of(random, tiers);
    }
    // What the stand-in takes too: it knows of which type an attribute is.
    static bool taken(const std::string& field, FilterOp op) {
        const bool date = field.ends_with("_at") || field == "renewal_date";
        const bool flag = field == "vip" || field == "unsubscribed_from_emails" || field == "has_hard_bounced";
        const bool is_number = field == "orders" || field == "balance";
        if (op == exists || is_relative(op)) return false;
        if (date) return op == eq || op == gt || op == lt;
        if (flag) return is_equality(op);
        return is_number ? !looks_inside(op) : !compares_order(op);
    }
    Filter random_filter(int depth) {
        static const std::vector<std::string> fields{"email",
                                                     "email_domain",
                                                     "name",
                                                     "role",
                                                     "unsubscribed_from_emails",
                                                     "has_hard_bounced",
                                                     "created_at",
                                                     "signed_up_at",
                                                     "last_seen_at",
                                                     "tier",
                                                     "orders",
                                                     "balance",
                                                     "vip",
                                                     "renewal_date"};
        if (depth > 0 && in_percent(random, 60)) {
            std::vector<Filter> parts;
            for (auto left = std::uniform_int_distribution(1, 4)(random); left > 0; --left)
                parts.push_back(random_filter(depth - 1));
            return in_percent(random, 50) ? Filter::all(std::move(parts)) : Filter::any(std::move(parts));
        }
        const auto field = one_of(random, fields);
        FilterOp op{};
        do op = one_of(random, std::vector(all_filter_ops.begin(), all_filter_ops.end()));
        while (!taken(field, op));
        std::vector<FilterScalar> values{random_value(field)};
        if (takes_list(op)) values.push_back(random_value(field));
        return Filter::where(field, op, std::move(values));
    }

    std::set<std::size_t> searched(const Filter& filter, sim::Dates precision) {
        std::set<std::size_t> out;
        std::optional<std::string> after;
        do {
            const auto body = json::parse(audience_search_json(filter, 150, after, now));
            const auto page =
                world.search.run(body.as_object(), world.attributes, precision, (now_seconds + 100 * a_day) * 1'000);
            EXPECT_TRUE(page) << json::serialize(body) << page.error().message;
            if (!page) return out;
            out.insert(page->rows.begin(), page->rows.end());
            after = page->next.empty() ? std::nullopt : std::optional(page->next);
        } while (after);
        return out;
    }
    std::set<std::size_t> judged(const Filter& filter) const {
        std::set<std::size_t> out;
        for (std::size_t i = 0; i < facts.size(); ++i)
            if (judge(filter, facts[i], now).matches) out.insert(i);
        return out;
    }

    const WallTime now{seconds{now_seconds}};
    Random random{20261123};
    sim::World world{sim::Options{.seed = 0}};
    std::vector<Scalars> facts;
};

TEST_F(FilterAgreement, RandomFiltersFindTheSamePeople) {
    std::size_t neither_none_nor_all = 0;
    for (int i = 0; i < 2'000; ++i) {
        const auto filter = random_filter(2);
        ASSERT_TRUE(refused_by_contact_search(filter).empty());
        ASSERT_TRUE(refused_here(filter, FilterScope::contact).empty());
        const auto found = searched(filter, sim::Dates::seconds);
        ASSERT_EQ(found, judged(filter)) << audience_search_json(filter, 150, {}, now);
        neither_none_nor_all += !found.empty() && found.size() < people ? 1 : 0;
    }
    EXPECT_GT(neither_none_nor_all, 1'000U);
}

TEST_F(FilterAgreement, RelativeDatesFindTheSameWholeDays) {
    for (const auto* field : {"signed_up_at", "last_seen_at", "renewal_date"})
        for (const auto op : {within_last, within_next})
            for (const auto* length : {"1d", "2d", "9d", "10d"}) {
                const auto filter = Filter::where(field, op, {std::string(length)});
                // Every date lies whole days from now: those of the last N days are all but the one N days ago.
                const auto exact = Filter::where(field, op, {std::to_string(std::stoi(length) - 1) + "d"});
                const auto same_day = Filter::where(field, eq, {now_seconds});
                const auto expected = std::string_view(length) == "1d" ? judged(same_day) : judged(exact);
                EXPECT_EQ(searched(filter, sim::Dates::whole_days), expected) << field << name(op) << length;
            }
}

}  // namespace
}  // namespace herald::intercom
