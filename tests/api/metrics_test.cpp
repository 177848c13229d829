#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using test::ApiTest;
using Metrics = ApiTest;

TEST_F(Metrics, AreAnsweredInTheTextFormatThatPrometheusAsksFor) {
    const auto response =
        get("/metrics",
            {{"Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(response.body, "herald_up 1\n");
}

TEST_F(Metrics, ARequestIsNamedByItsOperationAndNeverByItsIds) {
    EXPECT_EQ(api->intake("GET", "/v1/campaigns/cmp_1/recipients?limit=5").operation, "listCampaignRecipients");
    EXPECT_EQ(api->intake("HEAD", "/livez").operation, "getLiveness");
    EXPECT_EQ(api->intake("DELETE", "/livez").operation, "");
    EXPECT_EQ(api->intake("GET", "/nowhere").operation, "");
    EXPECT_EQ(api->intake("GET", "no target").operation, "");
}

}  // namespace
}  // namespace herald
