"""A store as one thing that can be carried away: taken while it lives, verified, and put back elsewhere."""
