-- Checkpoints of graphs are found by what they are about, which sorts by thread, namespace and checkpoint.

CREATE INDEX events_of_graphs ON events (subject, time) WHERE kind GLOB 'Graph*';
