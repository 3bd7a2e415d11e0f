"""Sessions and questions as the API returns them."""

from ai.profiling.bank import Bank, Question
from ai.profiling.item_selection import SelectedItems
from ai.profiling.schemas import (
    AnswerShown,
    CategoryShown,
    OptionShown,
    Questionnaire,
    QuestionShown,
    SessionProgress,
    TrackList,
    TrackShown,
)
from ai.profiling.service import asked_of, bank_of
from ai.profiling.tracks import TRACKS
from ongoza_contracts.http.profiling import SessionRecord
from ongoza_contracts.vocabulary import Track


def progress(session: SessionRecord) -> SessionProgress:
    bank, asked = bank_of(session), asked_of(session)
    count, following = len(asked.answers), asked.following
    settled = _settled(bank, asked)
    return SessionProgress(
        session_id=session.id,
        status=session.status,
        questionnaire=session.questionnaire,
        answered=count,
        answers=tuple(
            AnswerShown(question_id=question_id, option_id=option_id)
            for question_id, option_id in asked.answers.items()
        ),
        required=bank.required,
        missing=max(bank.required - count, 0),
        total=bank.limit,
        percentage=round(100 * count / (count + len(settled)), 1),
        unanswered=tuple(one.id for one in settled),
        next_question=_question(following) if following else None,
        started_at=session.created_at,
        previous=session.previous,
    )


def questionnaire(bank: Bank) -> Questionnaire:
    """Without the loads, because learners must not see what an option counts for."""
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


def _settled(bank: Bank, asked: SelectedItems) -> tuple[Question, ...]:
    """The questions that will certainly be asked; the others depend on answers to come."""
    if asked.following is None:
        return ()
    open_ = tuple(one for one in bank.questions if one.id not in asked.answers)
    if bank.most is None:
        return open_
    return open_[: max(bank.required - len(asked.answers), 0)] or (asked.following,)


def _question(asked: Question) -> QuestionShown:
    return QuestionShown(
        id=asked.id,
        category=asked.category,
        text=asked.text,
        options=tuple(OptionShown(id=one.id, text=one.text) for one in asked.options),
    )
