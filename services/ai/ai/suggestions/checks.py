"""What a suggestion says of a piece of work: checks by rules, each with its evidence. Pure.

A check advises and grades nothing. Who changes one raises RULE_VERSION.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import NamedTuple
from uuid import UUID

import numpy as np

from ai.kit.vectors import Matrix
from ongoza_contracts.http.suggestions import (
    EXEMPLARS_MIN,
    ArtifactItem,
    CheckSuggestion,
    EvidenceSpan,
)
from ongoza_contracts.suggestions import SuggestionCheck, SuggestionVerdict

RULE_VERSION = 2
WORDS_MIN = 40
"""A shorter text of a mission without exemplars asks for attention."""
EXEMPLAR_SHARE = 0.5
"""So does one with less than this share of the words of the median exemplar."""
NAMED_SHARE = 0.5
"""A passage is about a criterion if it has this share of the words of its title."""
NEAR = 0.5
"""The cosine from which work counts as near to the exemplars."""
PASSAGES_MAX = 8
PASSAGE_MIN, PASSAGE_MAX = 40, 1200
"""Characters of a passage that is embedded; the model reads no more."""
SPANS_MAX = 20
STEM = 5
"""Words with the same first letters count as the same."""
ENGLISH = frozenset(
    ("and", "are", "by", "for", "from", "in", "is", "it", "not", "of", "that", "the", "this", "to")
)
"""Of English text about a fourth of the words are these; of Swahili and French almost none."""
ENGLISH_SHARE = 0.05
NOT_ENGLISH = "This check reads English, and the work seems to be in another language."

_WORD = re.compile(r"\w+")
_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")
_KINDS = {
    "text": re.compile(r"\b(write|report|describe|explain|summar|document)", re.IGNORECASE),
    "link": re.compile(r"\b(link|url|repositor|repo\b)", re.IGNORECASE),
    "file": re.compile(r"\b(file|attach|upload|screenshot|archive\b|capture file)", re.IGNORECASE),
}
"""Words of a task that ask for an artifact of the kind."""
_SECRETS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\b(?:ghp|gho|ghs|ghu)_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{22,}"),
    re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    re.compile(r"\bsk_live_[A-Za-z0-9]{16,}"),
    re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    re.compile(
        r"(?i)\b(?:password|passwd|secret|api[_-]?key|token)\s*[=:]\s*"
        r"(?![<{$*\[]|x{3,}|redacted|changeme)\S{8,}"
    ),
)


class Aim(NamedTuple):
    """Something that the work shall show: a criterion of the rubric, or else a subtask."""

    position: int
    title: str
    description: str = ""


class Task(NamedTuple):
    """What the mission asks for."""

    aims: Sequence[Aim]
    further: Sequence[str] = ()
    """Objectives, and subtasks beside a rubric."""


class Passage(NamedTuple):
    artifact_id: UUID
    start: int
    end: int
    text: str

    def span(self, criterion: int | None = None) -> EvidenceSpan:
        return EvidenceSpan(
            artifact_id=self.artifact_id, start=self.start, end=self.end, criterion=criterion
        )


def passages(artifacts: Sequence[ArtifactItem]) -> Iterator[Passage]:
    """The paragraphs of the texts."""
    for one in artifacts:
        for found in _PARAGRAPH.finditer(one.text):
            yield Passage(one.id, found.start(), found.end(), found[0])


def embedded_passages(artifacts: Sequence[ArtifactItem]) -> Sequence[Passage]:
    """The longest paragraphs, in the order of the work; none where all are very short."""
    long = [one for one in passages(artifacts) if len(one.text) >= PASSAGE_MIN]
    longest = sorted(long, key=lambda one: len(one.text), reverse=True)[:PASSAGES_MAX]
    return [one._replace(text=one.text[:PASSAGE_MAX]) for one in long if one in longest]


def check_kinds(artifacts: Sequence[ArtifactItem], task: Task) -> CheckSuggestion:
    """Whether the work has the kinds of artifacts that the task names."""
    said = "\n".join([*task.further, *(f"{one.title} {one.description}" for one in task.aims)])
    wanted = [kind for kind, words in _KINDS.items() if words.search(said)]
    if not wanted:
        return _not_enough(SuggestionCheck.ARTIFACT_KINDS, "The task names no kind of artifact.")
    present = {one.kind for one in artifacts}
    absent = [kind for kind in wanted if kind not in present]
    named = ", ".join(absent)
    return CheckSuggestion(
        check=SuggestionCheck.ARTIFACT_KINDS,
        verdict=_attention_if(bool(absent)),
        text=f"The task seems to ask for more kinds of artifacts: {named}."
        if absent
        else "The work has the kinds of artifacts that the task names.",
        value=len(absent),
        evidence=tuple(
            EvidenceSpan(artifact_id=one.id, start=0, end=len(one.text))
            for one in artifacts
            if one.kind in wanted
        )[:SPANS_MAX],
    )


def check_length(artifacts: Sequence[ArtifactItem], exemplars: Sequence[str]) -> CheckSuggestion:
    """How many words the texts have, beside those of the exemplars."""
    texts = [one for one in artifacts if one.kind == "text"]
    if not texts:
        return _not_enough(SuggestionCheck.LENGTH, "The work has no text.")
    words = sum(len(_WORD.findall(one.text)) for one in texts)
    least = WORDS_MIN
    if len(exemplars) >= EXEMPLARS_MIN:
        least = round(EXEMPLAR_SHARE * median(len(_WORD.findall(one)) for one in exemplars))
    return CheckSuggestion(
        check=SuggestionCheck.LENGTH,
        verdict=_attention_if(words < least),
        text=f"The texts have {words} words; fewer than {least} seldom say enough.",
        value=words,
        evidence=tuple(
            EvidenceSpan(artifact_id=one.id, start=0, end=len(one.text)) for one in texts
        )[:SPANS_MAX],
    )


def check_sections(artifacts: Sequence[ArtifactItem], task: Task) -> CheckSuggestion:
    """Whether a passage speaks about each criterion."""
    paragraphs = [(one, _stems(one.text)) for one in passages(artifacts)]
    if not task.aims or not paragraphs:
        why = "The work has no text." if task.aims else "The mission has no criteria."
        return _not_enough(SuggestionCheck.SECTIONS, why)
    if not _is_english(one.text for one, _ in paragraphs):
        return _not_enough(SuggestionCheck.SECTIONS, NOT_ENGLISH)
    spans, open_aims = [], []
    for aim in task.aims:
        words = _stems(aim.title)
        best, shared = max(
            ((one, len(words & stems)) for one, stems in paragraphs), key=lambda pair: pair[1]
        )
        if words and shared >= NAMED_SHARE * len(words):
            spans.append(best.span(aim.position))
        else:
            open_aims.append(aim)
    missed = "; ".join(f"{one.position}. {one.title}" for one in open_aims)
    return CheckSuggestion(
        check=SuggestionCheck.SECTIONS,
        verdict=_attention_if(bool(open_aims)),
        text=f"No passage seems to be about: {missed}."
        if open_aims
        else "A passage is about each of what the work is reviewed by.",
        value=len(open_aims),
        evidence=tuple(spans[:SPANS_MAX]),
    )


def check_secrets(artifacts: Sequence[ArtifactItem]) -> CheckSuggestion:
    """Whether the texts have what looks like a key, token or password. It is not repeated."""
    spans = {
        (one.id, found.start(), found.end())
        for one in artifacts
        for pattern in _SECRETS
        for found in pattern.finditer(one.text)
    }
    return CheckSuggestion(
        check=SuggestionCheck.SECRETS,
        verdict=_attention_if(bool(spans)),
        text="A passage looks like a secret: take it out, and change the secret where it is used."
        if spans
        else "Nothing looks like a key, a token or a password.",
        value=len(spans),
        evidence=tuple(
            EvidenceSpan(artifact_id=artifact_id, start=start, end=end)
            for artifact_id, start, end in sorted(spans)[:SPANS_MAX]
        ),
    )


def check_similarity(
    work: Sequence[Passage], vectors: Matrix, exemplars: Matrix
) -> CheckSuggestion:
    """How near the work is in meaning to accepted works: for each of these the cosine of the
    nearest passage, in the mean. Row n of `vectors` is that of passage n."""
    if len(exemplars) < EXEMPLARS_MIN or not work:
        why = f"Fewer than {EXEMPLARS_MIN} accepted works of others, or no longer text."
        return _not_enough(SuggestionCheck.SIMILARITY, why)
    if not _is_english(one.text for one in work):
        return _not_enough(SuggestionCheck.SIMILARITY, NOT_ENGLISH)
    cosines = vectors @ exemplars.T
    value = round(max(0.0, float(cosines.max(axis=0).mean())), 2)
    nearest = work[int(np.argmax(cosines.mean(axis=1)))]
    return CheckSuggestion(
        check=SuggestionCheck.SIMILARITY,
        verdict=_attention_if(value < NEAR),
        text="The work is about other things than accepted works of this mission."
        if value < NEAR
        else "The work is about the same things as accepted works of this mission.",
        value=value,
        evidence=(nearest.span(),),
    )


def _stems(text: str) -> set[str]:
    """The words with four letters and more, each by its beginning."""
    return {word[:STEM] for word in map(str.casefold, _WORD.findall(text)) if len(word) > STEM - 2}


def _is_english(texts: Iterable[str]) -> bool:
    words = [word for text in texts for word in map(str.casefold, _WORD.findall(text))]
    return sum(word in ENGLISH for word in words) >= ENGLISH_SHARE * len(words)


def _attention_if(found: bool) -> SuggestionVerdict:
    return SuggestionVerdict.ATTENTION if found else SuggestionVerdict.OK


def _not_enough(check: SuggestionCheck, text: str) -> CheckSuggestion:
    return CheckSuggestion(check=check, verdict=SuggestionVerdict.NOT_ENOUGH_DATA, text=text)
