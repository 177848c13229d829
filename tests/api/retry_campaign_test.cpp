// Sending again to those who got nothing.

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using test::Mistakes;

class RetryCampaign : public test::ApiTest {
 protected:
    void given_losses() {
        given_campaign(true);
        auto& campaign = store.only();
        campaign.counts = {};
        campaign.counts[DeliveryState::rejected] = 2;
        campaign.counts[DeliveryState::unknown] = 3;
        campaign.counts[DeliveryState::skipped] = 4;
        campaign.state = CampaignState::completed_with_losses;
        campaign.finished_at = clock.wall_now();
    }
    std::int64_t count(DeliveryState state) { return store.only().counts[state]; }
};

TEST_F(RetryCampaign, IsAcceptedAndRunsTheCampaignAgain) {
    given_losses();
    const auto response = act("retry", R"({"states":["rejected","skipped"]})");
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(header(response, "Location"), path() + "/progress");
    EXPECT_EQ(parsed(response).at("state").as_string(), "running");
    EXPECT_FALSE(parsed(response).as_object().contains("finished_at"));
    EXPECT_EQ(header(response, "ETag"), header(get(path()), "ETag"));
    EXPECT_EQ(count(DeliveryState::queued), 6);
    EXPECT_EQ(count(DeliveryState::unknown), 3);
}

TEST_F(RetryCampaign, OfTheUnknownIsAskedToAcceptPossibleDuplicates) {
    given_losses();
    for (const std::string confirm :
         {"", R"(,"confirm_possible_duplicates":false)", R"(,"confirm_possible_duplicates":null)"})
        EXPECT_EQ(mistakes(act("retry", R"({"states":["rejected","unknown"])" + confirm + "}")),
                  (Mistakes{{"/confirm_possible_duplicates", "required"}}));
    EXPECT_EQ(count(DeliveryState::rejected), 2);
    EXPECT_EQ(act("retry", R"({"states":["unknown"],"confirm_possible_duplicates":true})").status, 202);
    EXPECT_EQ(count(DeliveryState::queued), 3);
}

TEST_F(RetryCampaign, NamesEveryMistakeAtOnce) {
    given_losses();
    EXPECT_EQ(mistakes(act("retry")), (Mistakes{{"/states", "required"}}));
    EXPECT_EQ(mistakes(act("retry", R"({"states":[]})")), (Mistakes{{"/states", "too_few"}}));
    EXPECT_EQ(mistakes(act("retry", R"({"states":["accepted","unknown"],"confirm_possible_duplicates":1,"who":1})")),
              (Mistakes{{"/states/0", "invalid_value"},
                        {"/confirm_possible_duplicates", "wrong_type"},
                        {"/who", "unknown_field"}}));
    EXPECT_EQ(act("retry", "{").status, 400);
    EXPECT_EQ(store.only().state, CampaignState::completed_with_losses);
}

TEST_F(RetryCampaign, OfADraftOrACancelledCampaignIsAConflict) {
    given_campaign();
    EXPECT_EQ(act("retry", R"({"states":["rejected"]})").status, 409);
    ASSERT_EQ(act("cancel").status, 200);
    const auto response = act("retry", R"({"states":["rejected"]})");
    EXPECT_EQ(code(response), "state_conflict");
    EXPECT_EQ(parsed(response).at("detail").as_string(),
              "the campaign is cancelled: retry is not possible, allowed: nothing");
}

TEST_F(RetryCampaign, ThatIsRepeatedWithItsKeyRetriesOnce) {
    given_losses();
    const api::Headers key{{"Idempotency-Key", "k"}};
    const auto first = act("retry", R"({"states":["rejected"]})", key);
    store.only().counts[DeliveryState::rejected] = 1;
    const auto again = act("retry", R"({"states":["rejected"]})", key);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(count(DeliveryState::rejected), 1);
    EXPECT_EQ(act("retry", R"({"states":["skipped"]})", key).status, 422);
}

}  // namespace
}  // namespace herald
