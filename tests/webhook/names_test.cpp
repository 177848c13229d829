#include "adapters/webhook/names.hpp"

#include <gtest/gtest.h>

#include "adapters/system/clock.hpp"

namespace herald::webhook {
namespace {

using namespace std::chrono_literals;

class SystemNamesTest : public ::testing::Test {
 protected:
    Result<std::vector<Address>> ask(const std::string& name, milliseconds within) {
        std::optional<Result<std::vector<Address>>> out;
        boost::asio::co_spawn(io, names.addresses(name, Deadline::after(clock.now(), within)),
                              [&](std::exception_ptr, auto result) { out = std::move(result); });
        io.restart();
        while (!out && io.run_one_for(10s) > 0) {
        }
        EXPECT_TRUE(out);
        return out.value_or(Error{});
    }
    void finish() {
        io.restart();
        while (names.looking_up() > 0 && io.run_one_for(10s) > 0) {
        }
        EXPECT_EQ(names.looking_up(), 0U);
    }

    boost::asio::io_context io;
    SystemClock clock{io.get_executor()};
    SystemNames names{io.get_executor(), clock};
};

TEST_F(SystemNamesTest, KnowsThisMachine) {
    const auto found = ask("localhost", 10s);
    ASSERT_TRUE(found) << found.error().detail;
    ASSERT_FALSE(found->empty());
    for (const auto& address : *found) EXPECT_TRUE(address.is_loopback()) << address;
    finish();
}

TEST_F(SystemNamesTest, ANameThatCannotBeIsNotExecuted) {
    const auto found = ask(std::string(300, 'a'), 10s);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::not_executed);
    finish();
}

TEST_F(SystemNamesTest, NobodyWaitsLongerThanTheDeadline) {
    const auto found = ask("localhost", 0ms);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().detail, "resolve: timed out");
    finish();
}

}  // namespace
}  // namespace herald::webhook
