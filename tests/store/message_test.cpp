#include "tests/store/store_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
using State = KeyRecord::State;

class MessageTest : public test::StoreTest {
 protected:
    static DirectMessage message(const std::string& id = "msg_a") {
        DirectMessage out;
        out.id = {id};
        out.workspace = workspace;
        out.ref = {ContactRef::Kind::email, "ann@x.org"};
        out.contact = {"6762f2391bb69f9f2193bc19"};
        out.channel = Channel::email;
        out.subject = "Hi";
        out.body = "<p>Hi</p>";
        out.style = Style::personal;
        out.admin_id = 7;
        out.policy = SendPolicy::at_most_once;
        out.created_at = out.updated_at = start;
        return out;
    }
    static RequestKey key(std::string name = "k", std::string hash = "hash") {
        return {"POST /v1/messages", std::move(name), std::move(hash)};
    }
    Result<KeyRecord> intend(DirectMessage m, RequestKey k = key()) {
        return run(store->messages().intend(caller(), std::move(m), std::move(k), start + 24h));
    }
    Result<KeyRecord> look(RequestKey k = key(), WallTime now = start) {
        return run(store->requests().look(workspace, std::move(k), now));
    }
    DirectMessage find(const std::string& id = "msg_a") { return run(store->messages().find(workspace, {id})).value(); }
};

TEST_F(MessageTest, AnIntentIsKeptAndItsOutcomeReplacesIt) {
    auto m = message();
    ASSERT_EQ(intend(m)->state, State::unused);
    EXPECT_EQ(find(), m);
    EXPECT_EQ(look()->state, State::running);
    EXPECT_EQ(look()->resource, "msg_a");

    m.state = MessageState::accepted;
    m.attempts = 3;
    m.possible_duplicate = true;
    m.intercom_id = "19";
    m.request_id = "r";
    m.contact = {"other"};
    m.updated_at = start + 2s;
    ASSERT_TRUE(run(store->messages().settle(caller(), m, key(), "answer")));
    EXPECT_EQ(find(), m);
    EXPECT_EQ(look()->answer, "answer");
    EXPECT_EQ(intend(message("msg_b"))->answer, "answer");
    EXPECT_EQ(run(store->messages().find(workspace, {"msg_b"})).error().code, Errc::not_found);
    EXPECT_EQ(run(store->messages().find({"elsewhere"}, {"msg_a"})).error().code, Errc::not_found);
}

TEST_F(MessageTest, OneKeyNeverHasTwoIntents) {
    ASSERT_EQ(intend(message("msg_a"))->state, State::unused);
    EXPECT_EQ(intend(message("msg_b"))->state, State::running);
    EXPECT_EQ(intend(message("msg_b"), key("k", "other")).error().code, Errc::key_reused);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM messages"), 1);
}

TEST_F(MessageTest, AfterACrashTheMessageIsUnknownAndTheKeySpent) {
    ASSERT_TRUE(intend(message()));
    ASSERT_TRUE(run(store->requests().begin(caller(), {"POST /v1/events", "e", "h"}, start, start + 24h)));
    const auto recovery = restart(start + 1min);
    EXPECT_EQ(recovery.lost_messages, 1);
    EXPECT_EQ(find().state, MessageState::unknown);
    EXPECT_EQ(find().reason, "crash");
    EXPECT_EQ(look()->state, State::interrupted);
    EXPECT_EQ(look()->resource, "msg_a");
    EXPECT_EQ(intend(message("msg_b"))->state, State::interrupted);
    EXPECT_EQ(look({"POST /v1/events", "e", "h"})->state, State::interrupted);
    EXPECT_EQ(restart(start + 2min).lost_messages, 0);
}

TEST_F(MessageTest, WithoutAnAnswerTheKeyIsFreeAgain) {
    auto m = message();
    ASSERT_TRUE(intend(m));
    m.state = MessageState::not_sent;
    ASSERT_TRUE(run(store->messages().settle(caller(), m, key(), std::nullopt)));
    EXPECT_EQ(look()->state, State::unused);
    EXPECT_EQ(intend(message("msg_b"))->state, State::unused);
    EXPECT_EQ(find().state, MessageState::not_sent);
}

TEST_F(MessageTest, WithoutAKeyNothingIsRemembered) {
    ASSERT_EQ(intend(message("msg_a"), key(""))->state, State::unused);
    ASSERT_EQ(intend(message("msg_b"), key(""))->state, State::unused);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM idempotency"), 0);
}

TEST_F(MessageTest, ALogOfRequestsKeepsAnswersAndFreesKeys) {
    auto& log = store->requests();
    const RequestKey note{"POST notes", "n", "h"};
    ASSERT_EQ(run(log.begin(caller(), note, start, start + 24h))->state, State::unused);
    EXPECT_EQ(run(log.begin(caller(), note, start, start + 24h))->state, State::running);
    EXPECT_EQ(run(log.begin(caller({"elsewhere"}), note, start, start + 24h))->state, State::unused);
    EXPECT_EQ(run(log.look(workspace, {"POST notes", "n", "other"}, start)).error().code, Errc::key_reused);
    ASSERT_TRUE(run(log.finish(caller(), note, {"done", "contact:c1", {}}, start)));
    EXPECT_EQ(look(note)->answer, "done");
    ASSERT_TRUE(run(log.finish(caller(), note, {}, start)));  // too late: the answer stays
    EXPECT_EQ(look(note)->state, State::answered);
    EXPECT_EQ(look(note, start + 25h)->state, State::unused);
}

}  // namespace
}  // namespace herald
