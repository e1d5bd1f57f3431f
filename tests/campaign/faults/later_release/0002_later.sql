CREATE TABLE later (writer_id INTEGER NOT NULL, number INTEGER NOT NULL, length INTEGER NOT NULL);
INSERT INTO later SELECT writer_id, number, length(payload) FROM events;
CREATE INDEX later_by_length ON later (length);
