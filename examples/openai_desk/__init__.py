"""A help desk of OpenAI's agents that is killed at random moments and pays each refund once."""
