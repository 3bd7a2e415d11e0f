"""How long rows are stored, as docs/retention.md."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "retention.md"

INTRODUCTION = """\
# Retention

Generated from the modules `retention` of core's apps by `make schemas`.

Rows that are older than their age are purged by one job, `retention.purge`: each hour it adds a job
for every rule below. Days for a rule can be set in `RETENTION_DAYS`, a JSON object such as
`{"jobs.done": 7}`.

"""
NOT_PURGED = """
Not purged by age: accounts and what their users did (until the erasure), `fact_history`
([record 52](decisions/0052-fact-history.md)), consents with their withdrawal, receipts of erasures,
failed jobs. What is sent to Kafka is stored as long as its topic says. Log lines of `make
up` are deleted at most 37 days after they were written, while its keeper runs
([operate-supervise](operate-supervise.md#logs)); those of the units of systemd after 30 days, by
the journal's settings in `infra/journald/ongoza.conf`; those of a container when it has written
200 MB more, because Docker deletes by size alone.
"""


def render() -> str:
    """Django has to be set up."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    from core.kit.retention import rules  # reads settings

    yield from INTRODUCTION.splitlines()
    yield "| rule | purged are | counted from | age |"
    yield "| --- | --- | --- | --- |"
    for name, rule in sorted(rules().items()):
        yield f"| `{name}` | {rule.what} | `{rule.since}` | {_text(rule.age)} |"
    yield from NOT_PURGED.splitlines()


def _text(age: timedelta) -> str:
    if not age:
        return "at once"
    return f"{age.days} days" if age.days else f"{age.seconds // 3600} hours"
