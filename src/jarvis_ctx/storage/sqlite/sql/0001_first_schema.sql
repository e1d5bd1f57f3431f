-- The first schema. Times in INTEGER columns are microseconds since 1970, UTC; columns of the same time as text are
-- ISO 8601. docs/schema.md says what each column means. Types are affinities and derived columns may be empty: what the
-- journal has accepted must never be refused here.

CREATE TABLE migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

CREATE TABLE writers (
    id INTEGER PRIMARY KEY,
    writer TEXT NOT NULL UNIQUE,
    orchestrator TEXT NOT NULL,
    run TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    schema INTEGER NOT NULL,
    watermark INTEGER NOT NULL DEFAULT 0
);

-- time, kind and subject are copies out of the payload, not expressions over it: rot in a payload then leaves the index
-- true, and older SQLite versions refuse JSON functions in a schema they are told not to trust.
CREATE TABLE events (
    writer_id INTEGER NOT NULL REFERENCES writers (id),
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    payload TEXT NOT NULL,
    time INTEGER,
    kind TEXT,
    subject TEXT,
    PRIMARY KEY (writer_id, number)
) WITHOUT ROWID;

CREATE INDEX events_by_kind ON events (kind, time);

-- The events for people.
CREATE VIEW event_log AS
SELECT
    orchestrator,
    strftime('%Y-%m-%dT%H:%M:%fZ', (time / 1000) / 1000.0, 'unixepoch') AS timestamp,
    time,
    writer,
    number,
    run,
    kind,
    subject,
    CASE WHEN json_valid(payload) THEN json_extract(payload, '$[5]') END AS body
FROM events JOIN writers ON writers.id = writer_id;

CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    orchestrator TEXT NOT NULL,
    epoch INTEGER,
    writer TEXT,
    host TEXT,
    pid INTEGER,
    process_created REAL,
    boot_id TEXT,
    started INTEGER,
    started_at TEXT,
    chain TEXT,
    resume TEXT,
    code TEXT,
    ended INTEGER,
    ended_at TEXT,
    ending TEXT,
    cause TEXT
);

CREATE INDEX runs_by_orchestrator ON runs (orchestrator, epoch);

CREATE TABLE leases (
    orchestrator TEXT NOT NULL,
    agent TEXT NOT NULL,
    beat INTEGER NOT NULL,
    beat_at TEXT,
    beats INTEGER,
    details TEXT,
    moved INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (orchestrator, agent)
) WITHOUT ROWID;

CREATE TABLE steps (
    orchestrator TEXT NOT NULL,
    task_id TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT,
    run TEXT,
    status TEXT,
    updated INTEGER,
    updated_at TEXT,
    kept INTEGER,
    error TEXT,
    result TEXT,
    PRIMARY KEY (orchestrator, task_id, key)
);

CREATE TABLE task_progress (
    orchestrator TEXT NOT NULL,
    task_id TEXT NOT NULL,
    description TEXT,
    status TEXT,
    shown_status TEXT,
    percentage REAL,
    completed_subtasks TEXT,
    blockers TEXT,
    dependencies TEXT,
    agent TEXT,
    attempts INTEGER,
    quarantined TEXT,
    created INTEGER,
    created_at TEXT,
    updated INTEGER,
    updated_at TEXT,
    metadata TEXT,
    PRIMARY KEY (orchestrator, task_id)
);

CREATE TABLE context_snapshots (
    snapshot_id TEXT PRIMARY KEY,
    orchestrator TEXT NOT NULL,
    run TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    timestamp TEXT NOT NULL,
    position TEXT NOT NULL,
    stamp TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    tasks INTEGER NOT NULL,
    agents INTEGER NOT NULL,
    label TEXT NOT NULL,
    seal TEXT NOT NULL,
    deduplicated INTEGER NOT NULL DEFAULT 0,
    context_data TEXT NOT NULL
);

CREATE INDEX context_snapshots_by_orchestrator ON context_snapshots (orchestrator, epoch, taken);

CREATE TABLE agent_coordination (
    writer_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    orchestrator TEXT,
    run TEXT,
    time INTEGER,
    timestamp TEXT,
    sender TEXT,
    recipient TEXT,
    content TEXT,
    extra TEXT,
    PRIMARY KEY (writer_id, number)
);

CREATE INDEX agent_coordination_by_time ON agent_coordination (orchestrator, time);

CREATE TABLE decision_log (
    writer_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    orchestrator TEXT,
    run TEXT,
    time INTEGER,
    timestamp TEXT,
    decision_type TEXT,
    context TEXT,
    decision TEXT,
    reasoning TEXT,
    outcome TEXT,
    extra TEXT,
    PRIMARY KEY (writer_id, number)
);

CREATE INDEX decision_log_by_time ON decision_log (orchestrator, time);
