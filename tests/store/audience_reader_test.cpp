// An audience, looked at without touching it.

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

class AudienceReaderTest : public StoreTest {
 public:
    std::vector<std::int64_t> positions(const std::vector<AudienceMember>& members) {
        std::vector<std::int64_t> out;
        for (const auto& member : members) out.push_back(member.position);
        return out;
    }
};

TEST_F(AudienceReaderTest, ReadsSlicesInTheOrderOfTheAudience) {
    const auto id = campaign(10, false);
    const auto some = run(store->audiences().slice(workspace, id, 3, 4)).value();
    EXPECT_EQ(positions(some), (std::vector<std::int64_t>{3, 4, 5, 6}));
    EXPECT_EQ(some[0].ref, (ContactRef{ContactRef::Kind::external_id, "client_3"}));
    EXPECT_EQ(some[0].variables, (Variables{{"first_name", "Ann 3"}}));
    EXPECT_EQ(positions(run(store->audiences().slice(workspace, id, 8, 4)).value()), (std::vector<std::int64_t>{8, 9}));
    EXPECT_EQ(run(store->audiences().slice({"other"}, id, 0, 1)).error().code, Errc::not_found);
}

TEST_F(AudienceReaderTest, ReadsWhoStandsAtSomePositions) {
    const auto id = campaign(10, false);
    EXPECT_EQ(positions(run(store->audiences().at(workspace, id, {9, 0, 12, 5})).value()),
              (std::vector<std::int64_t>{9, 0, 5}));
    EXPECT_EQ(run(store->audiences().at({"other"}, id, {0})).error().code, Errc::not_found);
}

TEST_F(AudienceReaderTest, TellsWhoStandsTwice) {
    const Recipient ann{{ContactRef::Kind::email, "a@x.org"}, {}};
    const Recipient same{{ContactRef::Kind::email, "A@x.org"}, {}};
    ASSERT_TRUE(run(campaigns().create(caller(), draft("cmp_1"), {ann, same}, false, "h", {})));
    const auto members = run(store->audiences().slice(workspace, {"cmp_1"}, 0, 10)).value();
    EXPECT_FALSE(members[0].repeated);
    EXPECT_TRUE(members[1].repeated);
}

}  // namespace
}  // namespace herald::test
