"""A crash-recovery sidecar for orchestrators of agents: attach it, and no acknowledged call is lost."""
