"""What each transaction of a call wrote of published entities, and the facts that it appended."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core.outbox.publications import publications

WRITE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
SAVEPOINT = re.compile(r"(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) ")


class Written(NamedTuple):
    """Kinds of entities."""

    entities: set[str]
    facts: set[str]


def transactions(queries: Iterable[str]) -> Iterator[Written]:
    """The transactions that a call made, from the queries of a test without transactions: its
    outermost savepoints, and each query outside of them. What was rolled back is left out."""
    open_blocks: list[list[str]] = []
    for query in queries:
        match = SAVEPOINT.match(query)
        if match is None:
            if not open_blocks:
                yield _written([query])
            else:
                open_blocks[-1].append(query)
        elif match[1] == "SAVEPOINT":
            open_blocks.append([])
        elif match[1] == "ROLLBACK TO SAVEPOINT":
            open_blocks[-1].clear()
        else:
            block = open_blocks.pop()
            if open_blocks:
                open_blocks[-1] += block
            else:
                yield _written(block)


def _written(queries: list[str]) -> Written:
    tables = {*_tables(queries)}
    appended = [query for query in queries if "INSERT INTO outbox_event" in query]
    written = Written(set(), set())
    for publication in publications():
        models = publication.model, *publication.parts
        if tables & {model._meta.db_table for model in models}:
            written.entities.add(publication.topic.kind)
        if any(f"'{publication.topic.name}'" in query for query in appended):
            written.facts.add(publication.topic.kind)
    return written


def _tables(queries: Iterable[str]) -> Iterator[str]:
    """The tables that they write, but for columns that no fact holds, which have no version."""
    for query in queries:
        for verb, table in WRITE.findall(query):
            if verb != "UPDATE" or '"version" = ' in query:
                yield table
