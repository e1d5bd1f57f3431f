-- The first schema. Times in INTEGER columns are microseconds since 1970, UTC; columns of the same time as text are
-- ISO 8601. docs/schema.md says what each column means.

CREATE TABLE migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE TABLE writers (
    id INTEGER PRIMARY KEY,
    writer TEXT NOT NULL UNIQUE,
    orchestrator TEXT NOT NULL,
    run TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    schema INTEGER NOT NULL,
    watermark INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The columns after payload are read out of it. A payload that rot has made unreadable leaves them empty, so that its
-- row can still be found and taken out.
CREATE TABLE events (
    writer_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    payload TEXT NOT NULL,
    time INTEGER AS (CASE WHEN json_valid(payload) THEN json_extract(payload, '$[1]') END) VIRTUAL,
    run TEXT AS (CASE WHEN json_valid(payload) THEN json_extract(payload, '$[2]') END) VIRTUAL,
    kind TEXT AS (CASE WHEN json_valid(payload) THEN json_extract(payload, '$[3]') END) VIRTUAL,
    subject TEXT AS (CASE WHEN json_valid(payload) THEN json_extract(payload, '$[4]') END) VIRTUAL,
    body TEXT AS (CASE WHEN json_valid(payload) THEN json_extract(payload, '$[5]') END) VIRTUAL,
    PRIMARY KEY (writer_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX events_by_kind ON events (kind, time);

CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    orchestrator TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    writer TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process_created REAL NOT NULL,
    boot_id TEXT NOT NULL,
    started INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    chain TEXT NOT NULL,
    resume TEXT NOT NULL,
    code TEXT NOT NULL,
    ended INTEGER,
    ended_at TEXT,
    ending TEXT,
    cause TEXT NOT NULL
) STRICT;

CREATE INDEX runs_by_orchestrator ON runs (orchestrator, epoch);

CREATE TABLE leases (
    orchestrator TEXT NOT NULL,
    agent TEXT NOT NULL,
    beat INTEGER NOT NULL,
    beat_at TEXT NOT NULL,
    beats INTEGER NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (orchestrator, agent)
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
    orchestrator TEXT NOT NULL,
    task_id TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    run TEXT NOT NULL,
    status TEXT NOT NULL,
    updated INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    kept INTEGER NOT NULL,
    error TEXT NOT NULL,
    result TEXT,
    PRIMARY KEY (orchestrator, task_id, key)
) STRICT;

CREATE TABLE task_progress (
    orchestrator TEXT NOT NULL,
    task_id TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    shown_status TEXT NOT NULL,
    percentage REAL NOT NULL,
    completed_subtasks TEXT NOT NULL,
    blockers TEXT NOT NULL,
    dependencies TEXT NOT NULL,
    agent TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    quarantined TEXT NOT NULL,
    created INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    metadata TEXT NOT NULL,
    PRIMARY KEY (orchestrator, task_id)
) STRICT;

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
    deduplicated INTEGER NOT NULL DEFAULT 0,
    context_data TEXT NOT NULL
) STRICT;

CREATE INDEX context_snapshots_by_orchestrator ON context_snapshots (orchestrator, epoch, taken);

CREATE TABLE agent_coordination (
    writer_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    orchestrator TEXT NOT NULL,
    run TEXT NOT NULL,
    time INTEGER NOT NULL,
    timestamp TEXT NOT NULL,
    sender TEXT,
    recipient TEXT,
    content TEXT,
    extra TEXT NOT NULL,
    PRIMARY KEY (writer_id, number)
) STRICT;

CREATE INDEX agent_coordination_by_time ON agent_coordination (orchestrator, time);

CREATE TABLE decision_log (
    writer_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    orchestrator TEXT NOT NULL,
    run TEXT NOT NULL,
    time INTEGER NOT NULL,
    timestamp TEXT NOT NULL,
    decision_type TEXT,
    context TEXT,
    decision TEXT,
    reasoning TEXT,
    outcome TEXT,
    extra TEXT NOT NULL,
    PRIMARY KEY (writer_id, number)
) STRICT;

CREATE INDEX decision_log_by_time ON decision_log (orchestrator, time);
