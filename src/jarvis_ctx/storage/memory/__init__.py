"""The engine without a file, for tests and trials: everything is gone with the process."""
