"""The state kept: in the database, in signed files, in JSON; when, and for how long."""
