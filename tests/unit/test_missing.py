"""What is missing skips a test, and fails it in CI."""

import pytest
from _pytest.outcomes import Failed, Skipped

from tests.missing import skip_but_fail_in_ci


@pytest.mark.parametrize(("ci", "outcome"), [("true", Failed), ("", Skipped)])
def test_a_missing_program_fails_only_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="nginx is not installed"):
        skip_but_fail_in_ci("nginx is not installed")
