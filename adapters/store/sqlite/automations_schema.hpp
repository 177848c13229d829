#pragma once
// Migration 13.

namespace herald::sqlite {

// Automations, their versions and the runs through them. A run's open_runs counts in its version, so that the
// definitions in use are known without a look at a million runs. Numbers of what people or the engine may still name
// are never given again.
inline constexpr const char* automations_schema = R"sql(
CREATE TABLE automations (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    workspace    TEXT NOT NULL,     -- empty: removed, and its rows follow
    name         TEXT NOT NULL,
    state        TEXT NOT NULL,
    version      INTEGER NOT NULL,
    revision     INTEGER NOT NULL,
    trigger_type TEXT NOT NULL,     -- of the latest version, as the next
    action_count INTEGER NOT NULL,
    created_by   TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    next_fire_at INTEGER
);
CREATE INDEX automations_listed ON automations (workspace, id);
CREATE INDEX automations_active ON automations (workspace, number) WHERE state = 'active';
CREATE INDEX automations_firing ON automations (workspace, next_fire_at) WHERE next_fire_at IS NOT NULL;
CREATE INDEX automations_removed ON automations (number) WHERE workspace = '';

CREATE TABLE automation_versions (
    automation INTEGER NOT NULL REFERENCES automations (number),
    number     INTEGER NOT NULL,
    document   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    open_runs  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (automation, number)
);

CREATE TABLE automation_counts (
    automation INTEGER PRIMARY KEY REFERENCES automations (number),
    active     INTEGER NOT NULL DEFAULT 0,
    completed  INTEGER NOT NULL DEFAULT 0,
    exited     INTEGER NOT NULL DEFAULT 0,
    failed     INTEGER NOT NULL DEFAULT 0,
    cancelled  INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE automation_runs (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,
    automation     INTEGER NOT NULL REFERENCES automations (number),
    workspace      TEXT NOT NULL,
    version        INTEGER NOT NULL,
    firing         INTEGER,           -- that began it
    ref_kind       TEXT NOT NULL,
    ref            TEXT NOT NULL,
    contact_id     TEXT NOT NULL,
    event_id       TEXT NOT NULL,
    event_name     TEXT NOT NULL,
    event_metadata TEXT NOT NULL,     -- JSON object, or empty
    depth          INTEGER NOT NULL,
    state          TEXT NOT NULL,
    reason         TEXT NOT NULL,
    position       INTEGER NOT NULL,
    due_at         INTEGER NOT NULL,
    wake_at        INTEGER NOT NULL,
    awaiting       TEXT NOT NULL,
    tries          INTEGER NOT NULL,
    refusals       INTEGER NOT NULL,
    intended       INTEGER NOT NULL,
    executed       INTEGER NOT NULL,
    succeeded      INTEGER NOT NULL,
    leaving        TEXT NOT NULL,
    fence          INTEGER NOT NULL,
    started_at     INTEGER NOT NULL,
    ended_at       INTEGER
);
CREATE INDEX automation_runs_listed ON automation_runs (automation);
CREATE INDEX automation_runs_state ON automation_runs (automation, state);
-- By automation, so that a million due runs of one that is not active stand in nobody's way.
CREATE INDEX automation_runs_due ON automation_runs (automation, wake_at, version) WHERE state = 'active';
CREATE INDEX automation_runs_person ON automation_runs (workspace, contact_id, state) WHERE contact_id <> '';
CREATE INDEX automation_runs_ref
    ON automation_runs (workspace, ref_kind, CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END)
    WHERE ref_kind IN ('email', 'external_id');
CREATE INDEX automation_runs_intended ON automation_runs (number) WHERE intended = 1;
-- One firing, one run a person, also when its audience is read twice. Contacts are merged later, so it is not unique.
CREATE INDEX automation_runs_firing ON automation_runs (firing, contact_id)
    WHERE firing IS NOT NULL AND contact_id <> '';

CREATE TABLE run_steps (
    run         INTEGER NOT NULL REFERENCES automation_runs (number),
    n           INTEGER NOT NULL,
    path        TEXT NOT NULL,
    step        TEXT NOT NULL,  -- empty: of the run itself
    at          INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    because     TEXT NOT NULL,
    until       INTEGER,
    done_at     INTEGER NOT NULL,
    resource_id TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    PRIMARY KEY (run, n)
) WITHOUT ROWID;

CREATE TABLE automation_events (
    number            INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace         TEXT NOT NULL,
    id                TEXT NOT NULL,
    kind              TEXT NOT NULL,  -- event, write
    ref_kind          TEXT NOT NULL,
    ref               TEXT NOT NULL,  -- empty: only the id is remembered
    name              TEXT NOT NULL,
    at                INTEGER NOT NULL,
    metadata          TEXT NOT NULL,  -- JSON object, or empty
    depth             INTEGER NOT NULL,
    taken_at          INTEGER NOT NULL,
    arrival           TEXT NOT NULL,  -- pending, done, none
    contact_id        TEXT NOT NULL DEFAULT '',
    outcome           TEXT NOT NULL DEFAULT '',  -- JSON object: what its arrival did
    report            TEXT NOT NULL,  -- off, queued, tracked, failed
    report_attempts   INTEGER NOT NULL DEFAULT 0,
    report_not_before INTEGER NOT NULL DEFAULT 0,
    report_reason     TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX automation_events_id ON automation_events (workspace, id);
CREATE INDEX automation_events_pending ON automation_events (workspace, number) WHERE arrival = 'pending';
CREATE INDEX automation_events_report ON automation_events (workspace, report_not_before, number)
    WHERE report = 'queued';
CREATE INDEX automation_events_age ON automation_events (taken_at) WHERE arrival <> 'pending' AND report <> 'queued';
CREATE INDEX automation_events_person ON automation_events (workspace, contact_id) WHERE contact_id <> '';
CREATE INDEX automation_events_ref
    ON automation_events (workspace, ref_kind, CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END)
    WHERE ref <> '';

CREATE TABLE automation_histories (
    workspace   TEXT NOT NULL,
    contact_id  TEXT NOT NULL,
    automation  INTEGER NOT NULL REFERENCES automations (number),
    entries     INTEGER NOT NULL,
    last_entry  INTEGER,
    last_date   TEXT NOT NULL,
    occurrences TEXT NOT NULL,  -- JSON array of times, or empty
    PRIMARY KEY (workspace, contact_id, automation)
) WITHOUT ROWID;
CREATE INDEX automation_histories_automation ON automation_histories (automation);

CREATE TABLE contact_values (
    workspace  TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    metric     TEXT NOT NULL,
    value      REAL NOT NULL,
    seen_at    INTEGER NOT NULL,
    PRIMARY KEY (workspace, contact_id, metric)
) WITHOUT ROWID;

CREATE TABLE automation_firings (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    automation INTEGER NOT NULL REFERENCES automations (number),
    workspace  TEXT NOT NULL,
    version    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    state      TEXT NOT NULL,
    people     INTEGER NOT NULL DEFAULT 0,
    entered    INTEGER NOT NULL DEFAULT 0,
    source     INTEGER NOT NULL DEFAULT 0,
    cursor     TEXT,
    reason     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX automation_firings_listed ON automation_firings (automation);
CREATE INDEX automation_firings_age ON automation_firings (at)
    WHERE state NOT IN ('counting', 'confirming', 'loading');
CREATE INDEX automation_firings_open ON automation_firings (workspace, number) WHERE state IN ('counting', 'loading');
CREATE INDEX automation_firings_unended ON automation_firings (automation, version)
    WHERE state IN ('counting', 'confirming', 'loading');
)sql";

}  // namespace herald::sqlite
