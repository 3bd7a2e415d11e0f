"""What suggestions find in works whose faults are known: `python -m scripts.suggestion_report
[--write]`.

The works are invented: passages of `suggestion_works.yaml`, combined, and then one fault put into
each. The report is stored as a golden file, so that a change of a rule shows in a diff. How far
checks agree with reviews of real work is measured elsewhere (`ai.suggestions.agreement`).
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np
import yaml

from ai.embeddings.encoder import open_encoder
from ai.kit.vectors import Matrix
from ai.suggestions.agreement import interval
from ai.suggestions.checks import (
    RULE_VERSION,
    Aim,
    Task,
    check_kinds,
    check_length,
    check_secrets,
    check_sections,
    check_similarity,
    embedded_passages,
)
from ongoza_contracts.http.suggestions import ArtifactItem, CheckSuggestion
from ongoza_contracts.suggestions import SuggestionCheck, SuggestionVerdict

GOLDEN = Path(__file__).parents[1] / "docs" / "suggestion-report.txt"
WORKS = Path(__file__).with_name("suggestion_works.yaml")
LANGUAGES = {"en": "English", "sw": "Swahili", "fr": "French"}
EXEMPLAR_OF_EVERY = 5
"""So many complete works in English are exemplars and are not checked."""
SECRETS = (
    "-----BEGIN RSA PRIVATE KEY-----",
    "I used AKIA" + "Q3EXAMPLE7KEYABC for the bucket.",
    "git clone with ghp_" + "a1B2" * 9,
    "password = Nairobi2026!",
    "api_key: 9f8e7d6c5b4a",
    "Authorization: eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJlMTIz",
    "The password is Nairobi2026!",
)
HARMLESS = (
    "password = <redacted>",
    "The key was changed after the exercise.",
    "export API_KEY=$(pass show lab)",
    "Nobody typed a password during the test.",
    "token: changeme",
)


class InventedTask(NamedTuple):
    id: str
    task: Task
    passages: Mapping[str, Sequence[Sequence[str]]]
    """By language, then by criterion."""


class Work(NamedTuple):
    task: InventedTask
    language: str
    artifacts: Sequence[ArtifactItem]
    fault: SuggestionCheck | None
    """The check that should ask for attention; None for a work without a fault."""


def report() -> str:
    tasks = load_tasks()
    exemplars = {one.id: [text for text, _ in _texts(one, "en", exemplars=True)] for one in tasks}
    works = [work for one in tasks for work in works_of(one, tasks)]
    encoder = open_encoder()
    vectors = _vectors(encoder.encode, works, exemplars)
    model = f"{encoder.identity.model}@{encoder.identity.revision}"
    lines = [f"Suggestion report: rule version {RULE_VERSION}, {model}"]
    for language, name in LANGUAGES.items():
        some = [one for one in works if one.language == language]
        complete = sum(one.fault is None for one in some)
        lines += ["", f"{name}: {len(some)} works, {complete} of them without a fault"]
        lines += _lines(some, exemplars, vectors)
    return "\n".join(lines) + "\n"


def load_tasks() -> Sequence[InventedTask]:
    return [
        InventedTask(
            id=one["id"],
            task=Task(
                [Aim(place, aim["title"]) for place, aim in enumerate(one["aims"], start=1)],
                one["further"],
            ),
            passages={code: [aim[code] for aim in one["aims"]] for code in LANGUAGES},
        )
        for one in yaml.safe_load(WORKS.read_text(encoding="utf-8"))
    ]


def works_of(task: InventedTask, tasks: Sequence[InventedTask]) -> Iterator[Work]:
    """Of each combination of passages the complete work, and it with one fault."""
    others = [one for one in tasks if one is not task]
    for language in LANGUAGES:
        for number, (text, chosen) in enumerate(_texts(task, language, exemplars=False)):
            without = [one for place, one in enumerate(chosen) if place != number % len(chosen)]
            harmless, secret = HARMLESS[number % len(HARMLESS)], SECRETS[number % len(SECRETS)]
            other = others[number % len(others)].passages[language]
            work = Work(task, language, (), None)
            faulty = {
                None: f"{text}\n\n{harmless}",
                SuggestionCheck.ARTIFACT_KINDS: text,
                SuggestionCheck.SECTIONS: "\n\n".join(without),
                SuggestionCheck.SECRETS: f"{text}\n\n{secret}",
                SuggestionCheck.LENGTH: chosen[0].split(". ")[0],
                SuggestionCheck.SIMILARITY: "\n\n".join(one[0] for one in other),
            }
            for fault, content in faulty.items():
                lacks_kind = fault is SuggestionCheck.ARTIFACT_KINDS
                yield work._replace(artifacts=_artifacts(content, lacks_kind), fault=fault)


def _texts(
    task: InventedTask, language: str, *, exemplars: bool
) -> Iterator[tuple[str, Sequence[str]]]:
    """Whole works with their passages: the exemplars, or the others."""
    for number, chosen in enumerate(product(*task.passages[language])):
        is_exemplar = language == "en" and number % EXEMPLAR_OF_EVERY == 0
        if is_exemplar is exemplars:
            yield "\n\n".join(chosen), chosen


def _artifacts(text: str, lacks_kind: bool) -> Sequence[ArtifactItem]:
    """A text, and what else a task may ask for."""
    kinds = ("text",) if lacks_kind else ("text", "file", "link")
    return [
        ArtifactItem(id=UUID(int=place), kind=kind, text="" if place else text)
        for place, kind in enumerate(kinds)
    ]


def _vectors(
    encode: Callable[[Sequence[str]], Matrix],
    works: Iterable[Work],
    exemplars: Mapping[str, Sequence[str]],
) -> Mapping[str, Matrix]:
    """By text, each once."""
    texts = {passage.text for one in works for passage in embedded_passages(one.artifacts)}
    ordered = sorted(texts.union(*exemplars.values()))
    return dict(zip(ordered, encode(ordered), strict=True))


def _lines(
    works: Sequence[Work], exemplars: Mapping[str, Sequence[str]], vectors: Mapping[str, Matrix]
) -> Iterator[str]:
    yield f"  {'check':16}{'faults found':>30}{'false alarms':>30}{'not enough data':>20}"
    for check in SuggestionCheck:
        faulty, complete = (
            [
                _suggestion(check, one, exemplars[one.task.id], vectors).verdict
                for one in works
                if one.fault is fault
            ]
            for fault in (check, None)
        )
        unsure = (faulty + complete).count(SuggestionVerdict.NOT_ENOUGH_DATA)
        yield f"  {check:16}{_share(faulty):>30}{_share(complete):>30}{unsure:>20}"


def _suggestion(
    check: SuggestionCheck,
    work: Work,
    exemplars: Sequence[str],
    vectors: Mapping[str, Matrix],
) -> CheckSuggestion:
    match check:
        case SuggestionCheck.ARTIFACT_KINDS:
            return check_kinds(work.artifacts, work.task.task)
        case SuggestionCheck.SECTIONS:
            return check_sections(work.artifacts, work.task.task)
        case SuggestionCheck.SECRETS:
            return check_secrets(work.artifacts)
        case SuggestionCheck.LENGTH:
            return check_length(work.artifacts, exemplars)
        case SuggestionCheck.SIMILARITY:
            passages = embedded_passages(work.artifacts)
            return check_similarity(
                passages,
                np.array([vectors[one.text] for one in passages]),
                np.array([vectors[text] for text in exemplars]),
            )


def _share(verdicts: Sequence[SuggestionVerdict]) -> str:
    """Of the works for which the check asked for attention, with Wilson's interval of 95 %."""
    found = verdicts.count(SuggestionVerdict.ATTENTION)
    low, high = interval(found, len(verdicts))
    return f"{found} of {len(verdicts)} ({abs(low):.0%} to {high:.0%})"


if __name__ == "__main__":
    text = report()
    print(text, end="")
    if "--write" in sys.argv[1:]:
        GOLDEN.write_text(text, encoding="utf-8")
