"""What the product costs, measured against what one would write instead: `python -m tests.benchmarks`."""
