#include "tests/store/store_fixture.hpp"

#include <cstdlib>

#include <fmt/format.h>

namespace herald::test {

StoreTest::StoreTest() {
    auto pattern = (std::filesystem::temp_directory_path() / "herald_store_XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
    options.on_change = [this](const CampaignId& id) { changed.push_back(id); };
    options.on_error = [this](const std::string& problem) { problems.push_back(problem); };
    open();
}

StoreTest::~StoreTest() {
    store.reset();
    std::filesystem::remove_all(directory);
}

void StoreTest::open() {
    store = std::make_unique<sqlite::SqliteStore>(directory, io.get_executor(), options);
}

Recovery StoreTest::restart(WallTime at) {
    store.reset();
    open();
    return store->recover(at);
}

Campaign StoreTest::draft(const std::string& id, const WorkspaceId& in) {
    Campaign c;
    c.id = {id};
    c.workspace = in;
    c.name = "Day 1";
    c.channel = Channel::email;
    c.template_type = "onboarding";
    c.subject = "Welcome";
    c.body = {Body::Format::html, "<p>Hi</p>"};
    c.style = Style::personal;
    c.sender = {42, "ann@acme.example", false};
    c.variables = {{"product", "Acme \"1\""}};
    c.track_event = true;
    c.metadata = {{"team", "cs"}};
    c.created_by = "ann";
    c.created_at = start;
    return c;
}

std::vector<Recipient> StoreTest::people(int count) {
    std::vector<Recipient> out;
    for (int i = 0; i < count; ++i)
        out.push_back(
            {{ContactRef::Kind::external_id, fmt::format("client_{}", i)}, {{"first_name", fmt::format("Ann {}", i)}}});
    return out;
}

CampaignId StoreTest::campaign(int count, bool launch, const WorkspaceId& in) {
    auto c = draft(fmt::format("cmp_{:04}", ++campaigns_made_), in);
    const auto id = c.id;
    EXPECT_TRUE(run(campaigns().create(caller(in), std::move(c), people(count), launch, "hash", {})));
    return id;
}

Campaign StoreTest::get(const CampaignId& id, const WorkspaceId& in) {
    return run(campaigns().get(in, id)).value();
}

Result<Written> StoreTest::change(const CampaignId& id, CampaignEvent event, WallTime now, Idempotency idempotency) {
    return run(campaigns().change(caller(), id, event, PauseReason::operator_request, now, std::move(idempotency)));
}

std::vector<ClaimedDelivery> StoreTest::claim(std::size_t limit, WallTime now, Holdings held) {
    return run(deliveries().claim(workspace, limit, std::move(held), now)).value();
}

Claim StoreTest::ready(const std::string& contact, WallTime now) {
    const auto claimed = claim(1, now).at(0).claim;
    const auto planned = run(deliveries().plan({{claimed, DeliveryEvent::intend, ContactId{contact}, {}, {}}}, now));
    EXPECT_EQ(planned.value(), std::vector{claimed});
    return claimed;
}

Claim StoreTest::sent(const std::string& contact, WallTime now) {
    const auto claimed = ready(contact, now);
    EXPECT_TRUE(intend(claimed, now));
    return claimed;
}

bool StoreTest::settle(Claim claimed, DeliveryEvent event, const std::string& reason, WallTime at) {
    Settlement s;
    s.claim = claimed;
    s.event = event;
    s.reason = reason;
    s.at = at;
    return run(deliveries().settle(std::move(s))).value();
}

DeliveryRecord StoreTest::row(const CampaignId& id, std::int64_t position) {
    DeliveryQuery query{id, {}, {}, 1, {}};
    if (position > 0) query.after_position = position - 1;
    return run(campaigns().deliveries(workspace, query)).value().at(0);
}

void StoreTest::expect_counts_are_rows(const CampaignId& id) {
    auto database = raw();
    DeliveryCounts rows;
    std::string in;
    SQLite::Statement where(database,
                            "SELECT d.state, d.reason, c.workspace FROM deliveries d JOIN campaigns c "
                            "ON c.number = d.campaign WHERE c.id = ?");
    where.bind(1, id.value);
    std::map<std::pair<DeliveryState, std::string>, std::int64_t> reasons;
    while (where.executeStep()) {
        const auto state = delivery_state(where.getColumn(0).getString()).value();
        ++rows[state];
        const auto reason = where.getColumn(1).getString();
        in = where.getColumn(2).getString();
        if (!reason.empty()) ++reasons[{state, reason}];
    }
    if (in.empty()) return;
    EXPECT_EQ(get(id, {in}).counts.by_state, rows.by_state);
    for (const auto& count : run(campaigns().reasons({in}, id)).value()) {
        const auto found = reasons.find({count.state, count.reason});
        ASSERT_NE(found, reasons.end()) << name(count.state) << " " << count.reason;
        EXPECT_EQ(found->second, count.count);
        reasons.erase(found);
    }
    EXPECT_TRUE(reasons.empty());
}

SQLite::Database StoreTest::raw() {
    return {(directory / "herald.db").string(), SQLite::OPEN_READWRITE, 5000};
}

std::int64_t StoreTest::raw_integer(const std::string& sql) {
    return raw().execAndGet(sql).getInt64();
}

}  // namespace herald::test
