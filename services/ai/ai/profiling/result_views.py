"""Recorded results as the API returns them, explained by their answers."""

from ai.profiling import explaining
from ai.profiling.bank import Bank
from ai.profiling.careless_responding import Flagged, flags
from ai.profiling.comparison import shifts
from ai.profiling.explaining import Change
from ai.profiling.schemas import (
    Certainty,
    ChangeShown,
    Comparison,
    Contribution,
    FlagShown,
    OtherAnswer,
    Overturning,
    ProfilingResults,
    Reason,
    ResultSummary,
    ScoreShift,
    StabilityShown,
    TrackMatch,
)
from ai.profiling.scoring import CLAIMS, Evidence, Profile, profile
from ai.profiling.service import ProfilingNotCompleted, asked_of, bank_of
from ai.profiling.tracks import TRACKS
from ai.profiling.views import track_shown
from ongoza_contracts.http.profiling import RecordedResult, SessionRecord
from ongoza_contracts.vocabulary import AnswerFlag, Track

FLAG_TEXTS = {
    AnswerFlag.STRAIGHT_LINING: "{answers} of {of} answers are at the same place in their list.",
    AnswerFlag.TOO_FAST: "{answers} of {of} answers came faster than their question can be read.",
}


def results(session: SessionRecord) -> ProfilingResults:
    """The recorded result, explained by its answers. Raises ProfilingNotCompleted."""
    result = _result(session)
    bank, given = bank_of(session), asked_of(session).answers
    found = profile(bank, given) if given else None
    primary, *others = _ranked(result)
    return ProfilingResults(
        session_id=session.id,
        user_id=session.user,
        questionnaire=session.questionnaire,
        scores=result.scores,
        primary=_match(primary, result, found),
        secondary=tuple(_match(track, result, found) for track in result.secondary),
        confidence=result.confidence,
        certainty=_certainty(result),
        tracks=tuple(_match(track, result, found) for track in (primary, *others)),
        contributions=_contributions(found) if found else (),
        stability=_stability(bank, given, found) if found else None,
        changes=_changes(bank, given, found) if found else (),
        flags=tuple(_flag(one) for one in flags(bank, session.answers, session.created_at)),
        completed_at=session.completed_at,
        previous=session.previous,
        redirect_url=f"/dashboard/student?track={result.primary}&welcome=true",
    )


def comparison(earlier: SessionRecord, later: SessionRecord) -> Comparison:
    before, after = _result(earlier), _result(later)
    moved = shifts(
        before.scores, after.scores, before.standard_errors or {}, after.standard_errors or {}
    )
    sure = [track for track, one in moved.items() if one.beyond_chance]
    return Comparison(
        earlier=_summary(earlier, before),
        later=_summary(later, after),
        same_primary=before.primary == after.primary,
        same_questionnaire=earlier.questionnaire == later.questionnaire,
        scores={
            track: ScoreShift(
                before=one.before,
                after=one.after,
                change=one.change,
                standard_error=one.error,
                beyond_chance=one.beyond_chance,
            )
            for track, one in moved.items()
        },
        text=_comparison_text(before, after, sure),
    )


def _result(session: SessionRecord) -> RecordedResult:
    if session.result is None:
        raise ProfilingNotCompleted
    return session.result


def _ranked(result: RecordedResult) -> list[Track]:
    """All tracks, best first, with equals in the order in which the result ranked them."""
    named = [result.primary, *result.secondary]
    rest = [track for track in Track if track not in named]
    return [*named, *sorted(rest, key=lambda track: -result.scores[track])]


def _match(track: Track, result: RecordedResult, found: Profile | None) -> TrackMatch:
    errors = result.standard_errors or (found.errors if found else {})
    return TrackMatch(
        **track_shown(track).model_dump(),
        score=result.scores[track],
        standard_error=errors.get(track),
        reasons=tuple(_reason(item) for item in found.evidence[track]) if found else (),
    )


def _reason(item: Evidence) -> Reason:
    return Reason(
        text=f"You {item.option.shows}.",
        question_id=item.question.id,
        option_id=item.option.id,
        points=item.points,
    )


def _certainty(result: RecordedResult) -> Certainty | None:
    if result.z is None or result.sem is None:
        return None
    second = sorted(result.scores.values())[-2]
    return Certainty(
        text=_certainty_text(result),
        lead=round(result.scores[result.primary] - second, 2),
        sem=result.sem,
        z=result.z,
        claim=CLAIMS[result.confidence][0],
        claim_most=CLAIMS[result.confidence][1],
        tied=result.tied or (),
    )


def _certainty_text(result: RecordedResult) -> str:
    if result.tied:
        names = _joined([TRACKS[track].name for track in result.tied])
        return f"{names} are tied: the answers put none of them before the others."
    low, high = (round(100 * share) for share in CLAIMS[result.confidence])
    return (
        f"In simulations about {low} to {high} of 100 results with {result.confidence} confidence"
        " name the right track; this is not yet checked with learners."
    )


def _contributions(found: Profile) -> tuple[Contribution, ...]:
    answered = zip(*found.contributions.values(), strict=True)
    return tuple(
        Contribution(
            question_id=items[0].question.id,
            option_id=items[0].option.id,
            points={
                track: item.points for track, item in zip(found.contributions, items, strict=True)
            },
        )
        for items in answered
    )


def _stability(bank: Bank, given: dict[str, str], found: Profile) -> StabilityShown:
    seen = explaining.stability(bank, given, found)
    return StabilityShown(
        kept=seen.kept,
        of=seen.of,
        overturning=tuple(
            Overturning(question_id=question.id, track=track)
            for question, track in seen.overturning
        ),
    )


def _changes(bank: Bank, given: dict[str, str], found: Profile) -> tuple[ChangeShown, ...]:
    return tuple(_change(one) for one in explaining.changes(bank, given, found))


def _change(change: Change) -> ChangeShown:
    count = len(change.answers)
    answers_given = (
        "1 answer, given otherwise," if count == 1 else f"{count} answers, given otherwise,"
    )
    return ChangeShown(
        track=change.track,
        text=f"{answers_given} would put {TRACKS[change.track].name} first.",
        answers=tuple(
            OtherAnswer(question_id=question.id, option_id=option.id)
            for question, option in change.answers
        ),
    )


def _flag(one: Flagged) -> FlagShown:
    text = FLAG_TEXTS[one.flag].format(answers=one.answers, of=one.of)
    return FlagShown(flag=one.flag, text=text, answers=one.answers, of=one.of)


def _summary(session: SessionRecord, result: RecordedResult) -> ResultSummary:
    return ResultSummary(
        session_id=session.id,
        questionnaire=session.questionnaire,
        primary=result.primary,
        confidence=result.confidence,
        completed_at=session.completed_at,
    )


def _comparison_text(before: RecordedResult, after: RecordedResult, sure: list[Track]) -> str:
    new, old = TRACKS[after.primary].name, TRACKS[before.primary].name
    first = f"{new} is first again" if new == old else f"{new} is first now, after {old}"
    if before.standard_errors is None or after.standard_errors is None:
        return f"{first}; how far the scores moved by chance is not known of the earlier result."
    if not sure:
        return f"{first}; no score moved further than chance would move it."
    names = _joined([TRACKS[track].name for track in sure])
    return f"{first}; beyond chance moved: {names}."


def _joined(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
