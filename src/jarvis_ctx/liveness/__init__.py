"""Who is alive: run identity, locks, leases, and how a process ends."""
