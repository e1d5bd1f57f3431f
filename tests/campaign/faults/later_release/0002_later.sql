CREATE TABLE later (writer TEXT NOT NULL, number INTEGER NOT NULL, length INTEGER NOT NULL);
INSERT INTO later SELECT writer, number, length(payload) FROM events;
CREATE INDEX later_by_length ON later (length);
