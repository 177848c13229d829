#pragma once
// Migration 1.

namespace herald::sqlite {

// Times are milliseconds since 1970. A partial index serves only statements that carry its condition as a
// literal; those name it with INDEXED BY, so that a plan that would scan the table fails instead.
inline constexpr const char* campaigns_schema = R"sql(
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,  -- epoch, fruitless_starts
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE campaigns (
    number          INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    workspace       TEXT NOT NULL,
    name            TEXT NOT NULL,
    channel         TEXT NOT NULL,
    template_type   TEXT NOT NULL,
    subject         TEXT,
    body_format     TEXT NOT NULL,
    body            TEXT NOT NULL,
    style           TEXT NOT NULL,
    admin_id        INTEGER,
    sender_email    TEXT,
    sender_verified INTEGER NOT NULL,
    variables       TEXT NOT NULL,  -- JSON object, or empty
    track_event     INTEGER NOT NULL,
    client_ref      TEXT,
    body_hash       TEXT NOT NULL,
    metadata        TEXT NOT NULL,  -- JSON object, or empty
    created_by      TEXT,
    state           TEXT NOT NULL,
    paused_for      TEXT,
    created_at      INTEGER NOT NULL,
    launched_at     INTEGER,
    finished_at     INTEGER,
    version         INTEGER NOT NULL
);
CREATE INDEX campaigns_listed ON campaigns (workspace, id);
CREATE UNIQUE INDEX campaigns_client_ref ON campaigns (workspace, client_ref) WHERE client_ref IS NOT NULL;
CREATE INDEX campaigns_running ON campaigns (number) WHERE state = 'running';

CREATE TABLE campaign_counts (
    campaign  INTEGER PRIMARY KEY REFERENCES campaigns (number),
    workspace TEXT NOT NULL,
    queued    INTEGER NOT NULL DEFAULT 0,
    claimed   INTEGER NOT NULL DEFAULT 0,
    inflight  INTEGER NOT NULL DEFAULT 0,
    accepted  INTEGER NOT NULL DEFAULT 0,
    rejected  INTEGER NOT NULL DEFAULT 0,
    unknown   INTEGER NOT NULL DEFAULT 0,
    deferred  INTEGER NOT NULL DEFAULT 0,
    skipped   INTEGER NOT NULL DEFAULT 0,
    expired   INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    events_queued  INTEGER NOT NULL DEFAULT 0,
    events_tracked INTEGER NOT NULL DEFAULT 0,
    events_failed  INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE reason_counts (
    campaign INTEGER NOT NULL REFERENCES campaigns (number),
    workspace TEXT NOT NULL,
    state    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (campaign, state, reason)
) WITHOUT ROWID;

CREATE TABLE deliveries (
    number     INTEGER PRIMARY KEY,
    campaign   INTEGER NOT NULL REFERENCES campaigns (number),
    workspace  TEXT NOT NULL,
    position   INTEGER NOT NULL,
    ref_kind   TEXT NOT NULL,
    ref        TEXT NOT NULL,
    variables  TEXT NOT NULL,             -- JSON object, or empty
    state      TEXT NOT NULL,
    not_before INTEGER NOT NULL DEFAULT 0, -- 0 unless queued or deferred for later
    claims     INTEGER NOT NULL DEFAULT 0, -- the fence: the last claim that was intended
    attempts   INTEGER NOT NULL DEFAULT 0,
    throttled  INTEGER NOT NULL DEFAULT 0,
    lookups    INTEGER NOT NULL DEFAULT 0,
    contact_id TEXT,
    reason     TEXT NOT NULL DEFAULT '',   -- only skipped, rejected and unknown have one
    detail     TEXT NOT NULL DEFAULT '',
    message_id TEXT NOT NULL DEFAULT '',
    request_id TEXT NOT NULL DEFAULT '',
    intent_at  INTEGER,
    updated_at INTEGER
);
CREATE UNIQUE INDEX deliveries_position ON deliveries (campaign, position);
-- People read pages by state; completion and the start count by it.
CREATE INDEX deliveries_state ON deliveries (campaign, state, position);
CREATE INDEX deliveries_reason ON deliveries (campaign, reason, position, state) WHERE reason <> '';
CREATE INDEX deliveries_ready ON deliveries (campaign, position) WHERE state = 'queued' AND not_before = 0;
CREATE INDEX deliveries_due ON deliveries (campaign, not_before, position)
    WHERE state IN ('queued', 'deferred') AND not_before > 0;
CREATE INDEX deliveries_held ON deliveries (campaign) WHERE state IN ('claimed', 'inflight');
-- One person, one message: a row skipped as a duplicate does not hold its contact.
CREATE UNIQUE INDEX deliveries_contact ON deliveries (campaign, contact_id)
    WHERE contact_id IS NOT NULL AND reason <> 'duplicate';

-- Every attempt that did not end in `accepted`.
CREATE TABLE attempts (
    delivery   INTEGER NOT NULL REFERENCES deliveries (number),
    workspace  TEXT NOT NULL,
    claim      INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    event      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    detail     TEXT NOT NULL,
    request_id TEXT NOT NULL,
    PRIMARY KEY (delivery, claim)
) WITHOUT ROWID;

CREATE TABLE tracked_events (
    delivery   INTEGER PRIMARY KEY REFERENCES deliveries (number),  -- at most one event each
    campaign   INTEGER NOT NULL REFERENCES campaigns (number),
    workspace  TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    state      TEXT NOT NULL,  -- queued, tracked, failed
    attempts   INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL,
    reason     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX tracked_events_due ON tracked_events (not_before, delivery) WHERE state = 'queued';
CREATE INDEX tracked_events_person ON tracked_events (workspace, contact_id, created_at);
CREATE INDEX tracked_events_state ON tracked_events (campaign, state);

CREATE TABLE idempotency (
    workspace    TEXT NOT NULL,
    scope        TEXT NOT NULL,
    key          TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    campaign     TEXT NOT NULL,
    answer       BLOB NOT NULL,
    expires_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace, scope, key)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

CREATE TABLE contacts (
    workspace  TEXT NOT NULL,
    ref_kind   TEXT NOT NULL,
    ref        TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    contact    TEXT NOT NULL,  -- JSON
    seen_at    INTEGER NOT NULL,
    PRIMARY KEY (workspace, ref_kind, ref)
);
CREATE INDEX contacts_by_id ON contacts (workspace, contact_id);
CREATE INDEX contacts_age ON contacts (seen_at);

CREATE TABLE limiter (
    workspace        TEXT PRIMARY KEY,
    limit_per_window REAL NOT NULL,
    share            REAL NOT NULL,
    next_slot        INTEGER NOT NULL,
    blocked_until    INTEGER
) WITHOUT ROWID;
)sql";

}  // namespace herald::sqlite
