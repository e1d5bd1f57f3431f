"""The dashboard: pages for a person's browser, rendered here from insight's answers."""
