-- A database of schema 2; it must always open.
BEGIN TRANSACTION;
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
INSERT INTO "agent_coordination" VALUES(1,3,'jarvis','run-1',1790000000000003,'2026-09-21T14:13:20.000Z','parser','editor','done','{}');
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
INSERT INTO "context_snapshots" VALUES('a','jarvis','run-1',3,1790000000000000,'2026-09-21T14:13:20.000Z','{"0123456789abcdef":7}','[1790000000000000,"0123456789abcdef",7]','abababababababababababababababababababababababababababababababab',21,1,0,'before','',0,'{"name":"jarvis — ü"}');
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
INSERT INTO "decision_log" VALUES(1,2,'jarvis','run-1',1790000000000002,'2026-09-21T14:13:20.000Z','route','{"files":2}','fast','short',NULL,'{"cost":1}');
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
INSERT INTO "events" VALUES(1,1,'00000000000000000000000000000001','[1,1790000000000001,"run-1","TaskProgressed","subject-1",{"percentage":10}]',1790000000000001,'TaskProgressed','subject-1');
INSERT INTO "events" VALUES(1,2,'00000000000000000000000000000002','[2,1790000000000002,"run-1","DecisionLogged","subject-2",{"decision_type":"route","context":{"files":2},"decision":"fast","reasoning":"short","cost":1}]',1790000000000002,'DecisionLogged','subject-2');
INSERT INTO "events" VALUES(1,3,'00000000000000000000000000000003','[3,1790000000000003,"run-1","MessageSent","subject-0",{"sender":"parser","recipient":"editor","content":"done"}]',1790000000000003,'MessageSent','subject-0');
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
INSERT INTO "leases" VALUES('jarvis','parser',1790000000000000,'2026-09-21T14:13:20.000Z',2,'{"load":1}',0);
CREATE TABLE migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
INSERT INTO "migrations" VALUES(1,'0001_first_schema.sql','2026-11-21T00:00:00.000Z');
INSERT INTO "migrations" VALUES(2,'0002_graphs.sql','2026-11-21T00:00:00.000Z');
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
INSERT INTO "runs" VALUES('run-1','jarvis',3,'0123456789abcdef','here',4711,12.5,'boot',1790000000000000,'2026-09-21T14:13:20.000Z','run-1','report','{}',NULL,NULL,NULL,'{}');
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
INSERT INTO "steps" VALUES('jarvis','t-1','k','charge','run-1','finished',1790000000000000,'2026-09-21T14:13:20.000Z',1,'','{"id":5}');
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
INSERT INTO "task_progress" VALUES('jarvis','t-1','','started','in_progress',10.0,'[]','[]','[]','',0,'',1790000000000000,'2026-09-21T14:13:20.000Z',1790000005000000,'2026-09-21T14:13:25.000Z','{}');
CREATE TABLE writers (
    id INTEGER PRIMARY KEY,
    writer TEXT NOT NULL UNIQUE,
    orchestrator TEXT NOT NULL,
    run TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    schema INTEGER NOT NULL,
    watermark INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "writers" VALUES(1,'0123456789abcdef','jarvis','run-1',3,1,3);
CREATE INDEX events_by_kind ON events (kind, time);
CREATE INDEX events_of_threads ON events (subject, time) WHERE kind GLOB 'Graph*' OR kind GLOB 'Session*';
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
CREATE INDEX runs_by_orchestrator ON runs (orchestrator, epoch);
CREATE INDEX context_snapshots_by_orchestrator ON context_snapshots (orchestrator, epoch, taken);
CREATE INDEX agent_coordination_by_time ON agent_coordination (orchestrator, time);
CREATE INDEX decision_log_by_time ON decision_log (orchestrator, time);
COMMIT;
PRAGMA application_id = 1245926488;
PRAGMA user_version = 2;
