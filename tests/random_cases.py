"""How many cases the tests draw that act at random."""

import os

CASES = int(os.environ.get("RANDOM_CASES", "1"))
"""A factor. `make fuzz` sets 10, for thousands of requests and 500 schedules of payments."""
