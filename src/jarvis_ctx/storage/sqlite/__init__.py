"""The embedded engine: SQLite in WAL mode."""
