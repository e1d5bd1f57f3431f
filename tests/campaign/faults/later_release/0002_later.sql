-- As long as one of a store that was long in use, so that a kill comes in the middle.
CREATE TABLE later (writer_id INTEGER NOT NULL, number INTEGER NOT NULL, length INTEGER NOT NULL);
INSERT INTO later
WITH RECURSIVE times (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM times WHERE n < 5000)
SELECT writer_id, number, length(payload) * n FROM events, times;
CREATE INDEX later_by_length ON later (length);
