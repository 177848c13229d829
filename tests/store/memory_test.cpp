// Events, contacts and the limiter: what is kept besides the campaigns.

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;
using Outcome = EventSettlement::Outcome;

class EventsTest : public StoreTest {
 public:
    void accept(const std::string& contact, WallTime at = start) {
        Settlement s;
        s.claim = sent(contact, at);
        s.event = DeliveryEvent::accept;
        s.message_id = "403918251";
        s.request_id = "req";
        s.at = at;
        s.track_event = true;
        ASSERT_TRUE(run(deliveries().settle(s)).value());
    }
    std::vector<PendingEvent> due(std::size_t limit, WallTime now = start + 1h) {
        return run(deliveries().claim_events(workspace, limit, now)).value();
    }
    void settle_event(EventSettlement s) { ASSERT_TRUE(run(deliveries().settle_events({std::move(s)}))); }
};

TEST_F(EventsTest, AnAcceptedEmailLeavesAnEventWithAFixedTime) {
    const auto id = campaign(1);
    accept("x", start + 5s);
    EXPECT_EQ(get(id).state, CampaignState::completed);
    EXPECT_EQ(get(id).events, (EventCounts{1, 0, 0}));
    EXPECT_EQ(row(id).message_id, "403918251");
    EXPECT_EQ(row(id).request_id, "req");
    const auto events = due(10);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].campaign, id);
    EXPECT_EQ(events[0].contact, ContactId{"x"});
    EXPECT_EQ(events[0].at, start + 5s);
}

TEST_F(EventsTest, AnEventIsHandedOutOnceUntilItIsSettled) {
    const auto id = campaign(3);
    for (const auto* contact : {"x", "y", "z"}) accept(contact);
    const auto first = due(2);
    ASSERT_EQ(first.size(), 2u);
    EXPECT_EQ(due(10).size(), 1u);
    EXPECT_TRUE(due(10).empty());

    settle_event({first[0].number, Outcome::tracked, {}, true, {}});
    settle_event({first[1].number, Outcome::again, start + 2h, true, {}});
    EXPECT_TRUE(due(10).empty());
    const auto again = due(10, start + 2h);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again[0].attempts, 1);
    settle_event({again[0].number, Outcome::failed, {}, true, "content_rejected"});
    settle_event({again[0].number, Outcome::tracked, {}, true, {}});  // failed is the end
    EXPECT_EQ(get(id).events, (EventCounts{1, 1, 1}));
}

TEST_F(EventsTest, ACrashRepeatsAnEventAndACancelDoesNotDropIt) {
    const auto id = campaign(2);
    accept("x");
    ASSERT_TRUE(change(id, CampaignEvent::cancel));
    EXPECT_EQ(due(10).size(), 1u);
    restart();
    EXPECT_EQ(due(10).size(), 1u);
}

class ContactMemoryTest : public StoreTest {};

TEST_F(ContactMemoryTest, RemembersByReferenceAndAge) {
    Contact ann;
    ann.id = {"5f0c"};
    ann.role = ContactRole::lead;
    ann.external_id = "client_1";
    ann.email = "ann@acme.example";
    ann.unsubscribed_from_emails = ann.marked_email_as_spam = true;
    ann.attributes = {{"name", "Ann \"A\" \xC3\xA9"}};
    for (const auto date : all_contact_dates)
        ann.dates.set(date, WallTime{seconds{1'734'537'437 + static_cast<int>(date)}});
    Contact bob;
    bob.id = {"5f0d"};
    bob.dates.set(ContactDate::last_seen_at, WallTime{seconds{1'734'537'437}});
    bob.hard_bounced = bob.archived = bob.blocked = true;
    const ContactRef by_email{ContactRef::Kind::email, "Ann@Acme.example"};
    const ContactRef by_external{ContactRef::Kind::external_id, "client_2"};
    const ContactRef nobody{ContactRef::Kind::id, "client_2"};
    auto& memory = store->contacts();
    ASSERT_TRUE(run(memory.remember(workspace, {{by_email, ann}, {by_external, bob}}, start)));

    using Found = std::vector<std::optional<Contact>>;
    EXPECT_EQ(run(memory.recall(workspace, {by_external, nobody, normalized(by_email)}, start)).value(),
              (Found{bob, std::nullopt, ann}));
    EXPECT_EQ(run(memory.recall(workspace, {by_email}, start + 1ms)).value(), Found{std::nullopt});
    EXPECT_EQ(run(memory.recall({"other"}, {by_email}, start)).value(), Found{std::nullopt});

    ASSERT_TRUE(run(memory.forget({"other"}, ann.id)));
    ASSERT_TRUE(run(memory.forget(workspace, bob.id)));
    EXPECT_EQ(run(memory.recall(workspace, {by_external, by_email}, start)).value(), (Found{std::nullopt, ann}));

    ASSERT_TRUE(run(memory.remember(workspace, {{by_external, bob}}, start + 24h * 6)));
    ASSERT_TRUE(run(store->upkeep().sweep(start + 24h * 8)));
    EXPECT_EQ(raw_integer("SELECT count(*) FROM contacts"), 1);  // a week is enough, whoever comes or does not
}

TEST_F(ContactMemoryTest, ARowOfAnEarlierReleaseHasNoDates) {
    Contact ann;
    ann.id = {"5f0c"};
    const ContactRef ref{ContactRef::Kind::external_id, "client_1"};
    ann.dates.set(ContactDate::created_at, WallTime{seconds{1'734'537'437}});
    ASSERT_TRUE(run(store->contacts().remember(workspace, {{ref, ann}}, start)));
    const auto becomes = [&](const std::string& json) {
        raw().exec("UPDATE contacts SET contact = '" + json + "'");
        return run(store->contacts().recall(workspace, {ref}, start)).value().at(0).value();
    };
    EXPECT_EQ(becomes(R"({"id":"5f0c","role":"user","dates":[1734537437]})"), ann);
    EXPECT_EQ(becomes(R"({"id":"5f0c","role":"user","dates":[1734537437,0,0,0,0,0,0,0,7,7]})"), ann);
    ann.dates = {};
    EXPECT_EQ(becomes(R"({"id":"5f0c","role":"user"})"), ann);
    EXPECT_EQ(becomes(R"({"id":"5f0c","role":"user","dates":"none"})"), ann);
}

class LimiterMemoryTest : public StoreTest {};

TEST_F(LimiterMemoryTest, SurvivesARestartByWorkspace) {
    LimiterState state{1667, 0.81, start + 3s, start + 60s};
    ASSERT_TRUE(run(store->limiter().save(workspace, {1, 1, start, {}})));
    ASSERT_TRUE(run(store->limiter().save(workspace, state)));
    restart();
    EXPECT_EQ(run(store->limiter().load(workspace)).value(), state);
    EXPECT_EQ(run(store->limiter().load({"other"})).value(), std::nullopt);
    state.blocked_until = {};
    ASSERT_TRUE(run(store->limiter().save(workspace, state)));
    EXPECT_EQ(run(store->limiter().load(workspace)).value(), state);
}

}  // namespace
}  // namespace herald::test
