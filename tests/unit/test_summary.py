"""What a run of the tests prints at its end."""

from types import SimpleNamespace

import pytest

from tests import conftest


@pytest.mark.parametrize(
    ("on_the_broker", "printed"), [([], []), (["a", "b"], ["2 tests ran on the real Kafka broker"])]
)
def test_tests_on_the_broker_are_counted_unless_there_were_none(
    monkeypatch: pytest.MonkeyPatch, on_the_broker: list[str], printed: list[str]
) -> None:
    monkeypatch.setattr(conftest, "_on_the_broker", on_the_broker)
    lines: list[str] = []
    conftest.pytest_terminal_summary(SimpleNamespace(stats={}, write_line=lines.append))
    assert lines == printed
