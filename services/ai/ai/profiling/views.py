"""Sessions and questions in the words of the API."""

from collections.abc import Collection

from ai.profiling.asking import next_question
from ai.profiling.bank import Bank, Question
from ai.profiling.schemas import (
    CategoryShown,
    OptionShown,
    Questionnaire,
    QuestionShown,
    SessionProgress,
    TrackList,
    TrackShown,
)
from ai.profiling.service import answers, bank_of
from ai.profiling.tracks import TRACKS
from ongoza_contracts.http.profiling import SessionRecord
from ongoza_contracts.vocabulary import Track


def progress(session: SessionRecord) -> SessionProgress:
    bank = bank_of(session)
    known = bank.known(answers(session))
    following = next_question(bank, answers(session))
    return SessionProgress(
        session_id=session.id,
        status=session.status,
        questionnaire=session.questionnaire,
        answered=len(known),
        required=bank.required,
        missing=max(bank.required - len(known), 0),
        total=bank.limit,
        percentage=round(100 * len(known) / bank.limit, 1) if following else 100.0,
        unanswered=tuple(asked.id for asked in _settled(bank, known, following)),
        next_question=_question(following) if following else None,
        started_at=session.created_at,
        previous=session.previous,
    )


def questionnaire(bank: Bank) -> Questionnaire:
    """Without the loads: what an option counts for is not for those who choose."""
    return Questionnaire(
        questionnaire=bank.version,
        required=bank.required,
        total=len(bank.questions),
        most=bank.limit,
        categories=tuple(CategoryShown(**one.model_dump()) for one in bank.categories),
        questions=tuple(_question(asked) for asked in bank.questions),
    )


def tracks() -> TrackList:
    return TrackList(tracks=tuple(track_shown(track) for track in Track))


def track_shown(track: Track) -> TrackShown:
    info = TRACKS[track]
    return TrackShown(
        key=track, name=info.name, summary=info.summary, focus=info.focus, careers=info.careers
    )


def _settled(
    bank: Bank, known: Collection[str], following: Question | None
) -> tuple[Question, ...]:
    """The questions that are certainly asked: which others are depends on answers to come."""
    if following is None:
        return ()
    open_ = tuple(asked for asked in bank.questions if asked.id not in known)
    if bank.most is None:
        return open_
    return open_[: max(bank.required - len(known), 0)] or (following,)


def _question(asked: Question) -> QuestionShown:
    return QuestionShown(
        id=asked.id,
        category=asked.category,
        text=asked.text,
        options=tuple(OptionShown(id=one.id, text=one.text) for one in asked.options),
    )
