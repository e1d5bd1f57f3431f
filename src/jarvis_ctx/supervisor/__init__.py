"""The process outside: starts a command, watches it, finds out why it died, and starts it again."""
