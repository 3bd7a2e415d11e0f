"""How many cases the tests draw that act at random."""

import os

CASES = int(os.environ.get("RANDOM_CASES", "1"))
"""A factor. `make fuzz` sets 10, for thousands of requests and 500 schedules of payments."""
SEED = 7
"""For the tests that draw the same cases each time. `derandomize` would do it too, but reads and
parses the test's file for each of hundreds of operations."""
