"""What a test needs and this machine does not have."""

import os
from typing import NoReturn

import pytest


def skip_but_fail_in_ci(reason: str) -> NoReturn:
    """Nobody looks for skipped tests there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
