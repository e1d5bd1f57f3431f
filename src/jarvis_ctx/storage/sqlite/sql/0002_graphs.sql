-- Checkpoints of graphs are found by what they are about, which sorts by thread, namespace and checkpoint; sessions likewise.

CREATE INDEX events_of_threads ON events (subject, time) WHERE kind GLOB 'Graph*' OR kind GLOB 'Session*';
