#include "adapters/store/sqlite/migrations.hpp"

#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "adapters/store/sqlite/automations_schema.hpp"
#include "adapters/store/sqlite/campaigns_schema.hpp"

namespace herald::sqlite {
namespace {

// One row for one reference, so that an upload can be sent again. The order is that of the references, not of
// their hashes: files mostly come sorted, and then the index grows at its end. What was given inline may name
// somebody twice; those rows stand outside, and are skipped as duplicates when their turn comes.
constexpr const char* unique_references = R"sql(
ALTER TABLE deliveries ADD COLUMN repeated INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET repeated = 1 WHERE number NOT IN (
    SELECT min(number) FROM deliveries
    GROUP BY campaign, ref_kind, CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END);
CREATE UNIQUE INDEX deliveries_ref
    ON deliveries (campaign, ref_kind, CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END) WHERE repeated = 0;
)sql";

// Each workspace looks for its own due events; one whose credential is refused may have a million of them.
constexpr const char* events_by_workspace = R"sql(
DROP INDEX tracked_events_due;
CREATE INDEX tracked_events_due ON tracked_events (workspace, not_before, delivery) WHERE state = 'queued';
)sql";

// Rows of ended and deleted campaigns follow in slices.
constexpr const char* sweeping_campaigns = R"sql(
ALTER TABLE campaigns ADD COLUMN sweeping INTEGER NOT NULL DEFAULT 0;
CREATE INDEX campaigns_sweeping ON campaigns (number) WHERE sweeping = 1;
)sql";

constexpr const char* schedules = R"sql(
ALTER TABLE campaigns ADD COLUMN scheduled_at INTEGER;
ALTER TABLE campaigns ADD COLUMN time_zone TEXT;
ALTER TABLE campaigns ADD COLUMN expires_at INTEGER;
CREATE INDEX campaigns_timed ON campaigns (workspace, number)
    WHERE state IN ('scheduled', 'running', 'paused') AND (scheduled_at IS NOT NULL OR expires_at IS NOT NULL);
)sql";

// Audiences that Intercom's search fills, and people who are created there.
constexpr const char* audience_sources = R"sql(
CREATE TABLE audience_sources (
    number    INTEGER PRIMARY KEY,
    campaign  INTEGER NOT NULL REFERENCES campaigns (number) ON DELETE CASCADE,
    workspace TEXT NOT NULL,
    kind      TEXT NOT NULL,              -- segment, filter
    spec      TEXT NOT NULL,              -- JSON
    state     TEXT NOT NULL,              -- pending, done, refused
    cursor    TEXT,                       -- behind what was read
    restarted INTEGER NOT NULL DEFAULT 0,
    pages     INTEGER NOT NULL DEFAULT 0, -- read since the beginning, as found
    found     INTEGER NOT NULL DEFAULT 0,
    added     INTEGER NOT NULL DEFAULT 0,
    reason    TEXT NOT NULL DEFAULT ''    -- why it is not read to its end
);
CREATE INDEX audience_sources_campaign ON audience_sources (campaign, number);
CREATE INDEX audience_sources_pending ON audience_sources (number) WHERE state = 'pending';
ALTER TABLE campaigns ADD COLUMN create_missing_contacts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN contact_born INTEGER;
)sql";

constexpr const char* campaign_pace = "ALTER TABLE campaigns ADD COLUMN max_per_minute INTEGER";

// The start finds what was held through deliveries_state as well, and every send paid for this one four times.
constexpr const char* held_by_state = "DROP INDEX deliveries_held";

// Each time a person said what became of a delivery.
constexpr const char* resolutions_table = R"sql(
CREATE TABLE resolutions (
    number    INTEGER PRIMARY KEY,
    delivery  INTEGER NOT NULL REFERENCES deliveries (number),
    workspace TEXT NOT NULL,
    at        INTEGER NOT NULL,
    outcome   TEXT NOT NULL,
    actor     TEXT NOT NULL,
    note      TEXT NOT NULL
);
CREATE INDEX resolutions_delivery ON resolutions (delivery, number);
)sql";

// One index for each filter, and one for the chain. What an upload has added so far stands in open_uploads until its
// entry is written, at its end or at the next start.
constexpr const char* audit_chains = R"sql(
CREATE TABLE audit_entries (
    number     INTEGER PRIMARY KEY,
    workspace  TEXT NOT NULL,
    position   INTEGER NOT NULL,  -- in the chain of the workspace
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    request_id TEXT NOT NULL,
    action     TEXT NOT NULL,
    resource   TEXT NOT NULL,
    details    TEXT NOT NULL,     -- JSON object
    hash       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_chain ON audit_entries (workspace, position);
CREATE INDEX audit_time ON audit_entries (workspace, at);
CREATE INDEX audit_actor ON audit_entries (workspace, actor, at);
CREATE INDEX audit_action ON audit_entries (workspace, action, at);
CREATE INDEX audit_resource ON audit_entries (workspace, resource, at);

CREATE TABLE audit_heads (
    workspace TEXT PRIMARY KEY,
    entries   INTEGER NOT NULL,
    hash      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE open_uploads (
    workspace  TEXT NOT NULL,
    campaign   TEXT NOT NULL,
    actor      TEXT NOT NULL,
    request_id TEXT NOT NULL,
    added      INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    PRIMARY KEY (workspace, campaign, actor, request_id)
) WITHOUT ROWID;
)sql";

// Requests whose effect is at Intercom: their key is on record before it (`running`), their answer after it. One that
// was running when the process ended is `interrupted`. `resource`: what the request is about.
constexpr const char* direct_operations = R"sql(
ALTER TABLE idempotency RENAME COLUMN campaign TO resource;
ALTER TABLE idempotency ADD COLUMN state TEXT NOT NULL DEFAULT 'answered';
CREATE INDEX idempotency_running ON idempotency (state) WHERE state = 'running';

CREATE TABLE messages (
    id                 TEXT PRIMARY KEY,
    workspace          TEXT NOT NULL,
    ref_kind           TEXT NOT NULL,
    ref                TEXT NOT NULL,
    contact_id         TEXT NOT NULL,
    channel            TEXT NOT NULL,
    subject            TEXT NOT NULL,
    body               TEXT NOT NULL,
    style              TEXT NOT NULL,
    admin_id           INTEGER NOT NULL,
    policy             TEXT NOT NULL,
    actor              TEXT NOT NULL,
    state              TEXT NOT NULL,
    attempts           INTEGER NOT NULL DEFAULT 0,
    possible_duplicate INTEGER NOT NULL DEFAULT 0,
    intercom_id        TEXT NOT NULL DEFAULT '',
    request_id         TEXT NOT NULL DEFAULT '',
    reason             TEXT NOT NULL DEFAULT '',
    detail             TEXT NOT NULL DEFAULT '',
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL
);
CREATE INDEX messages_sending ON messages (state) WHERE state = 'sending';
CREATE INDEX messages_person ON messages (workspace, contact_id);
CREATE INDEX messages_ref ON messages (workspace, ref_kind, CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END);
)sql";

// Keys are created and revoked, never removed: their number and that of the revoked ones say whether anything changed.
constexpr const char* api_keys = R"sql(
CREATE TABLE api_keys (
    id                  TEXT PRIMARY KEY,
    name                TEXT NOT NULL,
    hash                TEXT NOT NULL UNIQUE,  -- SHA-256 of the key, in hexadecimal digits; the key is nowhere
    scopes              TEXT NOT NULL,         -- names, with spaces between them
    workspaces          TEXT NOT NULL,         -- the same
    requests_per_minute INTEGER,
    delivery_policy     TEXT,
    created_at          INTEGER NOT NULL,
    revoked_at          INTEGER
) STRICT, WITHOUT ROWID;
)sql";

// Which rows the sending loop holds is kept in memory: `claimed` was written for each and read by nobody.
constexpr const char* claims_in_memory = R"sql(
UPDATE deliveries SET state = 'queued' WHERE number IN (
    SELECT d.number FROM campaigns c CROSS JOIN deliveries d INDEXED BY deliveries_state
    ON d.campaign = c.number AND d.state = 'claimed');
UPDATE campaign_counts SET queued = queued + claimed;
ALTER TABLE campaign_counts DROP COLUMN claimed;
)sql";

// The rows of a retry follow in slices; the states that are not through stand in `requeues`. A campaign's round is the
// number of its retries, and a row has the one in which it ended. Erased people are counted before they are passed
// over.
constexpr const char* retries_in_slices = R"sql(
ALTER TABLE campaigns ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_erased ON deliveries (campaign) WHERE ref_kind = 'erased';
CREATE TABLE requeues (
    campaign INTEGER NOT NULL REFERENCES campaigns (number),
    state    TEXT NOT NULL,
    round    INTEGER NOT NULL,  -- of the retry: for rows of the rounds before it
    behind   INTEGER NOT NULL,  -- the last position that was looked at
    PRIMARY KEY (campaign, state)
) STRICT, WITHOUT ROWID;
)sql";

// Each upload by an id of its own: a request id is the client's, and may come twice.
constexpr const char* uploads_by_id = R"sql(
ALTER TABLE open_uploads RENAME TO earlier_uploads;
CREATE TABLE open_uploads (
    upload     TEXT PRIMARY KEY,
    workspace  TEXT NOT NULL,
    campaign   TEXT NOT NULL,
    actor      TEXT NOT NULL,
    request_id TEXT NOT NULL,
    added      INTEGER NOT NULL,
    duplicates INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO open_uploads SELECT hex(randomblob(16)), workspace, campaign, actor, request_id, added, duplicates
    FROM earlier_uploads;
DROP TABLE earlier_uploads;
)sql";

constexpr std::array steps_of_this_version{
    Migration{1, campaigns_schema},    Migration{2, unique_references},  Migration{3, events_by_workspace},
    Migration{4, sweeping_campaigns},  Migration{5, schedules},          Migration{6, audience_sources},
    Migration{7, campaign_pace},       Migration{8, held_by_state},      Migration{9, resolutions_table},
    Migration{10, audit_chains},       Migration{11, direct_operations}, Migration{12, api_keys},
    Migration{13, automations_schema}, Migration{14, claims_in_memory},  Migration{15, retries_in_slices},
    Migration{16, uploads_by_id},
};

}  // namespace

std::span<const Migration> migrations() {
    return steps_of_this_version;
}

void migrate(Connection& connection, std::span<const Migration> steps) {
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)");
    int version = 0;
    {
        auto row = connection.query("SELECT coalesce(max(version), 0) FROM schema_version");
        if (row.next()) version = static_cast<int>(row.integer(0));
    }
    const int known = steps.empty() ? 0 : steps.back().version;
    if (version > known)
        throw std::runtime_error(fmt::format(
            "the database has schema {} and this program knows {}: it was written by a newer version", version, known));
    for (const auto& step : steps) {
        if (step.version <= version) continue;
        Transaction transaction(connection);
        connection.execute(step.sql);
        connection.query("INSERT INTO schema_version (version) VALUES (?1)").with(step.version).run();
        transaction.commit();
    }
}

}  // namespace herald::sqlite
