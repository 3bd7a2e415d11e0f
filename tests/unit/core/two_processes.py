"""Runs random operations in two processes at once, on the test's database."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections

from core.kit.errors import DomainError

Run = Callable[..., Counter[str]]
"""Called with the arguments and then a seed; counts what happened."""


def outcomes(operations: Iterable[Callable[[], object]]) -> Counter[str]:
    """How often each operation succeeded, by its name, or was refused, by the refusal's code."""
    found: Counter[str] = Counter()
    for operation in operations:
        try:
            operation()
            found[operation.__name__] += 1
        except DomainError as refusal:
            found[refusal.code] += 1
    return found


def run_in_two(run: Run, *args: Any) -> Counter[str]:
    """The counts of both together. Fails with the error of an operation that `run` raised."""
    connections.close_all()  # a forked process must not share them
    context = multiprocessing.get_context("fork")
    answers: Any = context.Queue()
    both = [context.Process(target=_run_one, args=(answers, run, *args, seed)) for seed in (1, 2)]
    for process in both:
        process.start()
    found = [answers.get(timeout=300) for _ in both]
    for process in both:
        process.join(timeout=60)
    assert [one for one in found if isinstance(one, str)] == []
    counts: Counter[str] = found[0] + found[1]
    return counts


def _run_one(answers: Any, run: Run, *args: Any) -> None:
    """Puts the counts, or the error, into `answers`."""
    try:
        answers.put(run(*args))
    except BaseException as error:
        answers.put(repr(error))
    finally:
        connections.close_all()
