"""Records of profiling in the words of the API."""

from ai.profiling.bank import Bank
from ai.profiling.schemas import (
    CategoryShown,
    OptionShown,
    ProfilingResults,
    Questionnaire,
    QuestionShown,
    Reason,
    SessionProgress,
    TrackList,
    TrackMatch,
    TrackShown,
)
from ai.profiling.scoring import Evidence, Profile, profile
from ai.profiling.service import ProfilingNotCompleted, answers, bank_of
from ai.profiling.tracks import TRACKS
from ongoza_contracts.http.profiling import SessionRecord
from ongoza_contracts.vocabulary import Track


def progress(session: SessionRecord) -> SessionProgress:
    bank = bank_of(session)
    known = bank.known(answers(session))
    return SessionProgress(
        session_id=session.id,
        status=session.status,
        questionnaire=session.questionnaire,
        answered=len(known),
        required=bank.required,
        missing=max(bank.required - len(known), 0),
        total=len(bank.questions),
        percentage=round(100 * len(known) / len(bank.questions), 1),
        unanswered=tuple(asked.id for asked in bank.questions if asked.id not in known),
        started_at=session.created_at,
    )


def questionnaire(bank: Bank) -> Questionnaire:
    """Without the loads: what an option counts for is not for those who choose."""
    return Questionnaire(
        questionnaire=bank.version,
        required=bank.required,
        total=len(bank.questions),
        categories=tuple(CategoryShown(**one.model_dump()) for one in bank.categories),
        questions=tuple(
            QuestionShown(
                id=asked.id,
                category=asked.category,
                text=asked.text,
                options=tuple(OptionShown(id=o.id, text=o.text) for o in asked.options),
            )
            for asked in bank.questions
        ),
    )


def tracks() -> TrackList:
    return TrackList(tracks=tuple(_track(track) for track in Track))


def results(session: SessionRecord) -> ProfilingResults:
    """The recorded result, with the reasons its answers give. Raises ProfilingNotCompleted."""
    result = session.result
    if result is None:
        raise ProfilingNotCompleted
    found = profile(bank_of(session), answers(session))
    return ProfilingResults(
        session_id=session.id,
        user_id=session.user,
        questionnaire=session.questionnaire,
        scores=result.scores,
        primary=_match(result.primary, result.scores[result.primary], found),
        secondary=tuple(_match(track, result.scores[track], found) for track in result.secondary),
        confidence=result.confidence,
        completed_at=session.completed_at,
        redirect_url=f"/dashboard/student?track={result.primary}&welcome=true",
    )


def _track(track: Track) -> TrackShown:
    info = TRACKS[track]
    return TrackShown(
        key=track, name=info.name, summary=info.summary, focus=info.focus, careers=info.careers
    )


def _match(track: Track, score: float, found: Profile) -> TrackMatch:
    reasons = tuple(_reason(item) for item in found.evidence[track])
    return TrackMatch(**_track(track).model_dump(), score=score, reasons=reasons)


def _reason(item: Evidence) -> Reason:
    return Reason(
        text=f"You {item.option.shows}.",
        question_id=item.question.id,
        option_id=item.option.id,
        points=round(item.points, 2),
    )
