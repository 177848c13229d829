#include "adapters/intercom/operations.hpp"

#include <gtest/gtest.h>

#include "domain/contact/desk.hpp"
#include "domain/message/settle.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_exchange.hpp"

namespace herald::intercom {
namespace {

using namespace std::chrono_literals;
using Kind = ContactRef::Kind;

// What the desk remembers, in memory.
class Memory final : public ContactMemory {
 public:
    std::map<ContactRef, Contact> known;

    Task<Result<std::vector<std::optional<Contact>>>> recall(WorkspaceId, std::vector<ContactRef> refs,
                                                             WallTime) override {
        std::vector<std::optional<Contact>> out;
        for (const auto& ref : refs) {
            const auto found = known.find(normalized(ref));
            out.push_back(found == known.end() ? std::nullopt : std::optional(found->second));
        }
        co_return out;
    }
    Task<Result<void>> remember(WorkspaceId, std::vector<Remembered> contacts, WallTime) override {
        for (auto& [ref, contact] : contacts) known.insert_or_assign(normalized(ref), contact);
        co_return Result<void>{};
    }
    Task<Result<void>> forget(WorkspaceId, ContactId contact) override {
        std::erase_if(known, [&](const auto& entry) { return entry.second.id == contact; });
        co_return Result<void>{};
    }
};

class OperationsTest : public ::testing::Test {
 protected:
    static constexpr auto id = "6762f2391bb69f9f2193bc19";
    static constexpr auto other_id = "6762f2391bb69f9f2193bc20";

    ~OperationsTest() override { loop.reset(); }

    static std::string contact(std::string_view more = {}, std::string_view as = id) {
        return R"({"id":")" + std::string(as) + R"(","role":"user","external_id":"c-42","email":"a@x.org")" +
               std::string(more) + "}";
    }
    static std::string errors(std::string_view code, std::string_view message) {
        return R"({"type":"error.list","errors":[{"code":")" + std::string(code) + R"(","message":")" +
               std::string(message) + R"("}]})";
    }
    static OutboundMessage message() { return {Channel::email, 5, {id}, ContactRole::user, "S", "B", Style::plain}; }
    Deadline in(milliseconds patience) { return Deadline::after(clock.now(), patience); }

    // Runs it to its end on simulated time; `took` says how long that was.
    template <class T>
    T done(Task<T> task) {
        const auto began = clock.now();
        auto started = test::start(io, std::move(task));
        while (!started.done() && clock.next_alarm()) clock.advance_to(*clock.next_alarm());
        EXPECT_TRUE(started.done());
        took = std::chrono::floor<milliseconds>(clock.now() - began);
        return std::move(started.get());
    }
    std::vector<std::string> asked() const {
        std::vector<std::string> out;
        for (const auto& call : upstream.calls) out.push_back(call.method + " " + call.target);
        return out;
    }
    using Asked = std::vector<std::string>;

    std::unique_ptr<boost::asio::io_context> loop = std::make_unique<boost::asio::io_context>();
    boost::asio::io_context& io = *loop;
    test::ManualClock clock{io};
    test::SeededRandom random;
    test::ScriptedExchange upstream;
    Credential credential{"token"};
    resilience::CircuitBreaker breaker;
    resilience::Gate gate{clock, random, upstream, identify_call(credential), breaker, {}};
    resilience::ObservedExchange wire{upstream, gate};
    resilience::RetryBudget budget;
    resilience::ResilientExchange calls{clock, random, wire, gate, budget, Lane::interactive};
    int refused{};
    Operations operations{calls, credential, [this] { ++refused; }};
    Directory directory{io.get_executor(), clock, calls, credential, [this] { ++refused; }};
    Memory memory;
    ContactDesk desk{{operations, directory, memory, gate, clock}, {"default"}};
    milliseconds took{};
};

TEST_F(OperationsTest, AtLeastOnceRepeatsAfterOneTwoFourSecondsAndCounts) {
    upstream.reply(503).fail(http::Phase::response).fail(http::Phase::connect).reply(200, 1, {}, R"({"id":19})");
    const auto sent = done(operations.send(message(), SendPolicy::at_least_once, in(30s)));
    ASSERT_TRUE(sent.outcome);
    EXPECT_EQ(sent.outcome->message_id, "19");
    EXPECT_EQ(sent.attempts, 4);
    EXPECT_EQ(sent.ambiguous, 2);
    EXPECT_GE(took, 7s);
    EXPECT_LE(took, 9s);
    EXPECT_FALSE(upstream.calls[0].safe_to_repeat);  // by the transport, behind our back
}

TEST_F(OperationsTest, AtMostOnceNeverRepeatsWhatMayHaveBeenExecuted) {
    for (const int status : {500, 502, 503, 504, 408}) {
        upstream.reply(status);
        const auto sent = done(operations.send(message(), SendPolicy::at_most_once, in(30s)));
        EXPECT_EQ(sent.outcome.error().code, Errc::outcome_unknown) << status;
        EXPECT_EQ(sent.attempts, 1) << status;
        EXPECT_LT(took, 1s);
        upstream.reply(200, 1, {}, "{}");  // the breaker counts failures in a row
        EXPECT_TRUE(done(operations.track({"e", {}, {id}, {}}, in(30s))));
    }
}

TEST_F(OperationsTest, AtMostOnceRepeatsWhatWasCertainlyNotExecuted) {
    upstream.fail(http::Phase::connect).reply(429, 1, {{"Retry-After", "2"}}).reply(200, 1, {}, R"({"id":"19"})");
    const auto sent = done(operations.send(message(), SendPolicy::at_most_once, in(30s)));
    ASSERT_TRUE(sent.outcome);
    EXPECT_EQ(sent.attempts, 3);
    EXPECT_EQ(sent.ambiguous, 0);
}

TEST_F(OperationsTest, ARetryBeginsOnlyWhenItFits) {
    upstream.reply(503, 4);
    const auto sent = done(operations.send(message(), SendPolicy::at_least_once, in(2500ms)));
    EXPECT_EQ(sent.outcome.error().code, Errc::outcome_unknown);
    EXPECT_EQ(sent.attempts, 2);
    EXPECT_LE(took, 2500ms);
}

TEST_F(OperationsTest, ABlockedLimiterAnswersAtOnceWithItsWait) {
    upstream.reply(429, 1, {{"Retry-After", "40"}});
    const auto sent = done(operations.send(message(), SendPolicy::at_least_once, in(30s)));
    EXPECT_EQ(sent.outcome.error().code, Errc::rate_limited);
    EXPECT_GE(sent.outcome.error().retry_after.value(), 40s);
    EXPECT_LT(took, 1s);
}

TEST_F(OperationsTest, NothingIsRepeatedAfterA401OrA404) {
    upstream.reply(404, 1, {}, errors("not_found", "User Not Found"));
    EXPECT_EQ(done(operations.send(message(), SendPolicy::at_least_once, in(30s))).attempts, 1);
    upstream.reply(401, 1, {}, errors("unauthorized", "Access Token Invalid"));
    EXPECT_EQ(done(operations.send(message(), SendPolicy::at_least_once, in(30s))).outcome.error().code,
              Errc::credential);
    EXPECT_EQ(upstream.calls.size(), 2U);
    EXPECT_EQ(refused, 1);
}

TEST_F(OperationsTest, AnAcceptanceWithoutAnIdIsUnknownAndNotRepeated) {
    upstream.reply(200, 1, {}, "<html>");
    const auto sent = done(operations.send(message(), SendPolicy::at_least_once, in(30s)));
    EXPECT_EQ(sent.outcome.error().code, Errc::outcome_unknown);
    EXPECT_EQ(sent.attempts, 1);
}

TEST_F(OperationsTest, AnOpenCircuitAfterAnAmbiguousAttemptLeavesItUnknown) {
    upstream.reply(503, 5);
    done(operations.send(message(), SendPolicy::at_least_once, in(30s)));
    const auto sent = done(operations.send(message(), SendPolicy::at_least_once, in(30s)));
    EXPECT_EQ(sent.outcome.error().code, Errc::upstream_unavailable);
    EXPECT_EQ(error_of(sent)->code, Errc::outcome_unknown);
    EXPECT_EQ(upstream.calls.size(), 5U);
    EXPECT_EQ(desk.refusal(in(30s))->code, Errc::upstream_unavailable);
}

TEST_F(OperationsTest, TheTrialOfAMessageIsSpentOnAHarmlessCall) {
    upstream.reply(503, 5);
    done(operations.send(message(), SendPolicy::at_least_once, in(30s)));
    done(operations.send(message(), SendPolicy::at_least_once, in(30s)));
    clock.advance(60s);
    upstream.reply(200, 1, {}, "{}").reply(200, 1, {}, R"({"id":"19"})");
    ASSERT_TRUE(done(operations.send(message(), SendPolicy::at_least_once, in(30s))).outcome);
    EXPECT_EQ(upstream.calls[5].target, "/me");
    EXPECT_EQ(upstream.calls[6].target, "/messages");
}

TEST_F(OperationsTest, ANoteIsNeverRepeatedBlindly) {
    upstream.reply(502);
    EXPECT_EQ(done(operations.add_note({{id}, "Call", 5}, in(30s))).error().code, Errc::outcome_unknown);
    EXPECT_EQ(upstream.calls.size(), 1U);
    upstream.reply(200, 1, {}, R"({"type":"note","id":31,"created_at":1734537390,"body":"<p>Call</p>"})");
    const auto note = done(operations.add_note({{id}, "Call", 5}, in(30s)));
    EXPECT_EQ(note.value(), (Note{"31", "<p>Call</p>", WallTime{1734537390s}}));
    EXPECT_EQ(upstream.calls[1].body, R"({"body":"Call","admin_id":"5"})");
}

TEST_F(OperationsTest, AnEventIsRepeatedWithTheSameTime) {
    upstream.reply(502).fail(http::Phase::response).reply(202, 1, {}, "");
    EXPECT_TRUE(done(operations.track({"used", WallTime{1734537786s}, {id}, {{"n", std::int64_t{3}}}}, in(30s))));
    ASSERT_EQ(upstream.calls.size(), 3U);
    EXPECT_EQ(upstream.calls[0].body, upstream.calls[2].body);
    EXPECT_EQ(upstream.calls[0].body,
              R"({"event_name":"used","created_at":1734537786,"id":"6762f2391bb69f9f2193bc19","metadata":{"n":3}})");
}

TEST_F(OperationsTest, AReadWithoutAnAnswerHasNoUnknownOutcome) {
    upstream.reply(502, 4);
    EXPECT_EQ(done(operations.read({Kind::id, id}, in(30s))).error().code, Errc::not_executed);
}

TEST_F(OperationsTest, AMergedContactIsItsSurvivor) {
    upstream.reply(410, 1, {{"Link", R"(</contacts/6762f2391bb69f9f2193bc20>; rel="canonical")"}},
                   errors("contact_merged", "merged"));
    upstream.reply(200, 1, {}, contact({}, other_id));
    EXPECT_EQ(done(operations.read({Kind::id, id}, in(30s)))->contact.id.value, other_id);
    upstream.reply(410, 1, {{"Link", R"(</contacts/6762f2391bb69f9f2193bc20>; rel="canonical")"}});
    upstream.reply(200, 1, {}, contact({}, other_id));
    EXPECT_EQ(done(operations.update({id}, {.name = "Ann"}, in(30s)))->contact.id.value, other_id);
    EXPECT_EQ(upstream.calls.back().target, std::string("/contacts/") + other_id);
}

TEST_F(OperationsTest, AProfileHasTypedAttributesAndTimes) {
    upstream.reply(200, 1, {}, contact(R"(,"name":"Ann","last_replied_at":1734537437,"last_seen_at":null,
        "custom_attributes":{"tier":"gold","n":3,"f":1.5,"vip":true,"none":null,"deep":{"a":1}})"));
    const auto profile = done(operations.read({Kind::external_id, "c/42"}, in(30s)));
    ASSERT_TRUE(profile);
    EXPECT_EQ(upstream.calls[0].target, "/contacts/find_by_external_id/c%2F42");
    EXPECT_EQ(profile->last_replied_at, WallTime{1734537437s});
    EXPECT_FALSE(profile->last_seen_at);
    EXPECT_EQ(profile->custom_attributes,
              (Scalars{{"tier", "gold"}, {"n", std::int64_t{3}}, {"f", 1.5}, {"vip", true}, {"none", {}}}));
}

TEST_F(OperationsTest, WhoeverIsThereAlreadyIsChangedInsteadOfCreated) {
    upstream.reply(409, 1, {},
                   errors("conflict", "A contact matching those details already exists with id=" + std::string(id)));
    upstream.reply(200, 1, {}, contact()).reply(200, 1, {}, contact());
    const auto made = done(operations.create({.email = "a@x.org", .name = "Ann"}, in(30s)));
    ASSERT_TRUE(made);
    EXPECT_FALSE(made->created);
    EXPECT_EQ(asked(),
              (Asked{"POST /contacts", "GET /contacts/" + std::string(id), "PUT /contacts/" + std::string(id)}));
    EXPECT_EQ(upstream.calls[0].body, R"({"role":"user","email":"a@x.org","name":"Ann"})");
    EXPECT_EQ(upstream.calls[2].body, R"({"email":"a@x.org","name":"Ann"})");
}

TEST_F(OperationsTest, AnArchivedOneIsBroughtBackFirst) {
    upstream.reply(
        409, 1, {},
        errors("conflict", "An archived contact matching those details already exists with id=" + std::string(id)));
    upstream.reply(200, 1, {}, contact()).reply(200).reply(200, 1, {}, contact());
    EXPECT_TRUE(done(operations.create({.email = "a@x.org"}, in(30s))));
    EXPECT_EQ(upstream.calls[2].target, "/contacts/" + std::string(id) + "/unarchive");
}

TEST_F(OperationsTest, AnAddressOfSomebodyElseIsAConflictAndNobodyIsChanged) {
    upstream.reply(409, 1, {},
                   errors("conflict", "A contact matching those details already exists with id=" + std::string(id)));
    upstream.reply(200, 1, {}, contact());
    EXPECT_EQ(done(operations.create({.external_id = "c-7", .email = "a@x.org"}, in(30s))).error().code,
              Errc::contact_conflict);
    EXPECT_EQ(upstream.calls.size(), 2U);
    upstream.reply(409, 1, {}, errors("conflict", "taken"));
    EXPECT_EQ(done(operations.create({.email = "a@x.org"}, in(30s))).error().code, Errc::contact_conflict);
}

TEST_F(OperationsTest, ATagIsKnownByItsNameOnceItWasUsed) {
    const auto tag = R"({"type":"tag","id":"105","name":"VIP"})";
    upstream.reply(200, 3, {}, tag);
    EXPECT_EQ(done(operations.add_tag({id}, "vip", in(30s))).value(), (Tag{"105", "VIP"}));
    EXPECT_EQ(done(operations.add_tag({id}, "vip", in(30s))).value(), (Tag{"105", "VIP"}));
    EXPECT_EQ(asked(), (Asked{"POST /tags", "POST /contacts/" + std::string(id) + "/tags",
                              "POST /contacts/" + std::string(id) + "/tags"}));
    EXPECT_EQ(upstream.calls[1].body, R"({"id":"105"})");
    // The tag was deleted meanwhile: it is made again, once.
    upstream.reply(404).reply(200, 1, {}, R"({"id":"106","name":"vip"})").reply(200);
    EXPECT_EQ(done(operations.add_tag({id}, "vip", in(30s))).value(), (Tag{"106", "vip"}));
    upstream.reply(404).reply(200, 1, {}, R"({"id":"107","name":"vip"})").reply(404);
    EXPECT_EQ(done(operations.add_tag({id}, "vip", in(30s))).error().code, Errc::contact_not_found);
}

TEST_F(OperationsTest, ATagThatIsNotCarriedIsNotMadeToBeTakenAway) {
    upstream.reply(200, 1, {}, R"({"type":"list","data":[{"id":"1","name":"other"}]})");
    EXPECT_EQ(done(operations.remove_tag({id}, "vip", in(30s))).value(), std::nullopt);
    EXPECT_EQ(asked(), (Asked{"GET /contacts/" + std::string(id) + "/tags"}));
    upstream.reply(200, 1, {}, R"({"type":"list","data":[{"id":105,"name":"VIP"}]})").reply(404);
    EXPECT_EQ(done(operations.remove_tag({id}, "vip", in(30s))).value(), (Tag{"105", "VIP"}));
    EXPECT_EQ(upstream.calls.back().method, "DELETE");
    EXPECT_EQ(upstream.calls.back().target, "/contacts/" + std::string(id) + "/tags/105");
}

TEST_F(OperationsTest, ANewContactIsWaitedForUntilMessagesReachIt) {
    upstream.reply(404).reply(200, 1, {}, contact());
    const auto made = done(desk.put({Kind::external_id, "c-42"}, {.email = "a@x.org"}, in(30s)));
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->created);
    upstream.reply(404, 2).reply(200, 1, {}, R"({"id":"19"})");
    auto out = message();
    const auto sent = done(desk.send({Kind::external_id, "c-42"}, out, SendPolicy::at_least_once, in(30s)));
    ASSERT_TRUE(sent.outcome);
    EXPECT_GE(took, 20s);
    EXPECT_LT(took, 21s);
    EXPECT_EQ(sent.attempts, 3);
    // By its address too, which Intercom's search does not show yet.
    EXPECT_EQ(done(desk.reachable({Kind::email, "A@x.org"}, Channel::email, in(30s)))->id.value, id);
    EXPECT_EQ(upstream.calls.size(), 5U);
}

TEST_F(OperationsTest, WhenTimeIsShortA404OfANewContactSaysWhenToComeBack) {
    upstream.reply(404).reply(200, 1, {}, contact());
    ASSERT_TRUE(done(desk.put({Kind::external_id, "c-42"}, {.email = "a@x.org"}, in(30s))));
    upstream.reply(404).reply(200, 1, {}, contact());
    auto out = message();
    const auto sent = done(desk.send({Kind::external_id, "c-42"}, out, SendPolicy::at_least_once, in(3s)));
    EXPECT_EQ(sent.outcome.error().code, Errc::contact_not_found);
    EXPECT_EQ(sent.outcome.error().retry_after, 5s);
    EXPECT_LT(took, 1s);
}

TEST_F(OperationsTest, AMessageFollowsAMergeToTheSurvivor) {
    upstream.reply(410).reply(200, 1, {}, contact({}, other_id)).reply(200, 1, {}, R"({"id":"19"})");
    auto out = message();
    const auto sent = done(desk.send({Kind::external_id, "c-42"}, out, SendPolicy::at_most_once, in(30s)));
    ASSERT_TRUE(sent.outcome);
    EXPECT_EQ(out.to.value, other_id);
    EXPECT_EQ(sent.attempts, 2);
}

TEST_F(OperationsTest, TheSurvivorsWishIsRespected) {
    upstream.reply(410).reply(200, 1, {}, contact(R"(,"unsubscribed_from_emails":true)", other_id));
    auto out = message();
    const auto sent = done(desk.send({Kind::external_id, "c-42"}, out, SendPolicy::at_most_once, in(30s)));
    EXPECT_EQ(sent.outcome.error().code, Errc::unsubscribed);
    EXPECT_EQ(upstream.calls.size(), 2U);
}

TEST_F(OperationsTest, WhatWasRememberedIsAskedAgainBeforeItRefusesAnybody) {
    memory.known[{Kind::external_id, "c-42"}] = {.id = {id}, .email = "a@x.org", .unsubscribed_from_emails = true};
    upstream.reply(200, 1, {}, contact());
    EXPECT_TRUE(done(desk.reachable({Kind::external_id, "c-42"}, Channel::email, in(30s))));
    EXPECT_EQ(upstream.calls.size(), 1U);
}

TEST_F(OperationsTest, ARememberedContactThatIsGoneIsLookedUpAgain) {
    memory.known[{Kind::external_id, "c-42"}] = {.id = {id}};
    upstream.reply(404).reply(200, 1, {}, contact({}, other_id)).reply(200, 1, {}, R"({"id":"31"})");
    const auto note = done(desk.add_note({Kind::external_id, "c-42"}, "x", 5, in(30s)));
    ASSERT_TRUE(note);
    EXPECT_EQ(note->contact.value, other_id);
}

TEST_F(OperationsTest, SeveralContactsWithOneAddressAreAConflict) {
    upstream.reply(200, 1, {}, R"({"data":[{"id":"a","role":"user","email":"a@x.org","updated_at":1},
        {"id":"b","role":"user","email":"a@x.org","updated_at":1}]})");
    EXPECT_EQ(done(desk.reachable({Kind::email, "a@x.org"}, Channel::email, in(30s))).error().code,
              Errc::contact_conflict);
}

TEST_F(OperationsTest, PutBringsAnArchivedContactBackAndNeedsAnAddressForANewOne) {
    upstream.reply(200, 1, {}, contact(R"(,"archived":true)")).reply(200).reply(200, 1, {}, contact());
    const auto back = done(desk.put({Kind::external_id, "c-42"}, {.name = "Ann"}, in(30s)));
    ASSERT_TRUE(back);
    EXPECT_FALSE(back->created);
    EXPECT_EQ(upstream.calls[1].target, "/contacts/" + std::string(id) + "/unarchive");
    upstream.reply(404);
    EXPECT_EQ(done(desk.put({Kind::external_id, "c-43"}, {.name = "Ann"}, in(30s))).error().code,
              Errc::invalid_argument);
    upstream.reply(404);
    EXPECT_EQ(done(desk.put({Kind::id, id}, {.email = "a@x.org"}, in(30s))).error().code, Errc::contact_not_found);
}

}  // namespace
}  // namespace herald::intercom
