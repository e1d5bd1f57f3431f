"""Read-only questions, answered once for everyone who asks."""
