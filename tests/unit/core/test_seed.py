"""The demo is not there in production. `test_demo_academy` looks at what a seed makes."""

import os
import subprocess
import sys

import pytest

INSTALLED = "from core.config.settings import INSTALLED_APPS; print('core.demo' in INSTALLED_APPS)"


@pytest.mark.parametrize(("value", "installed"), [("", "False"), ("yes", "True")])
def test_the_demo_is_installed_where_a_setting_says_so(value: str, installed: str) -> None:
    environment = {**os.environ, "DEMO_DATA": value, "DEBUG": ""}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", INSTALLED],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == installed
