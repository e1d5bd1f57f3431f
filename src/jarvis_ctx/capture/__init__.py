"""What a call means: verbs, task identity, claims, steps."""
