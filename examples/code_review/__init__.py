"""A team of agents that reviews a Python package: parser, metrics, dependencies, reviewer and editor."""
