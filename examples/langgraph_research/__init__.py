"""A LangGraph research team: killed at random moments, it goes on, and orders and publishes nothing twice."""
