"""Facts for tests, with defaults for every field, and records that hold them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from ongoza_contracts.codec import Headers, encode
from ongoza_contracts.content import ContentPublished, ContentRetired
from ongoza_contracts.event import Fact, uuid7
from ongoza_contracts.feedback import FeedbackGiven
from ongoza_contracts.memberships import MembershipUpdated
from ongoza_contracts.profiling import ProfilingAnswered, ProfilingCompleted, ProfilingDeleted
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.sign_ins import SignInEnded, SignInStarted
from ongoza_contracts.users import UserCreated, UserErased, UserUpdated
from tests.tokens import SIGN_IN

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[1] / "contracts" / "examples"
F = TypeVar("F", bound=Fact)
SESSION = UUID("018f0000-0000-7000-8000-000000000001")


@dataclass(frozen=True)
class RawRecord:
    """A record as a Kafka client gives it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int = int(NOW.timestamp() * 1000)


def record(fact: Fact, offset: int = 0) -> RawRecord:
    made = encode(fact, time=NOW)
    return RawRecord(
        made.topic, made.partition, offset, made.key.encode(), made.payload, made.headers()
    )


def example(fact_type: type[F], kind: str = "full") -> F:
    """The committed example of a fact: `full`, `minimal`, or of a `future` release."""
    return fact_type.model_validate_json(_example(fact_type, kind), extra="ignore")


def example_record(fact_type: type[Fact], kind: str = "full", offset: int = 0) -> RawRecord:
    """With the bytes of the committed example."""
    made = record(example(fact_type, kind), offset)
    return replace(made, value=_example(fact_type, kind))


def _example(fact_type: type[Fact], kind: str) -> bytes:
    return (EXAMPLES / fact_type.type / f"{kind}.json").read_bytes()


def user(user_id: int = 7, version: int = 1, **changes: Any) -> UserCreated:
    return UserCreated.model_validate(
        {
            "user_id": user_id,
            "version": version,
            "role": "learner",
            "status": "active",
            "created_at": NOW,
            "updated_at": NOW,
            **changes,
        }
    )


def user_updated(user_id: int = 7, version: int = 2, **changes: Any) -> UserUpdated:
    return UserUpdated.model_validate(user(user_id, version, **changes).model_dump())


def erased(user_id: int = 7, version: int = 9) -> UserErased:
    return UserErased(user_id=user_id, version=version)


def _content(content_id: str, version: int, changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "content_id": content_id,
        "version": version,
        "content_type": content_id.split("-")[0],
        "title": f"Title of {content_id}",
        "description": "What it is about.",
        "track": "builders",
        "level": 1,
        "duration_minutes": 30,
        "published_at": NOW,
        "updated_at": NOW,
        **changes,
    }


def published(content_id: str = "course-1", version: int = 1, **changes: Any) -> ContentPublished:
    return ContentPublished.model_validate(_content(content_id, version, changes))


def retired(content_id: str = "course-1", version: int = 2, **changes: Any) -> ContentRetired:
    return ContentRetired.model_validate(_content(content_id, version, changes))


def progress(
    user_id: int = 7, content_id: str = "course-1", version: int = 1, **changes: Any
) -> ProgressUpdated:
    return ProgressUpdated.model_validate(
        {
            "user_id": user_id,
            "content_id": content_id,
            "version": version,
            "content_type": content_id.split("-")[0],
            "status": "in_progress",
            "completion_percentage": 10.0,
            "created_at": NOW,
            "updated_at": NOW,
            **changes,
        }
    )


def _session(user_id: int, version: int) -> dict[str, Any]:
    return {
        "session_id": SESSION,
        "user_id": user_id,
        "version": version,
        "questionnaire": "v1",
        "answers": [{"question_id": "q1", "option_id": "a", "answered_at": NOW}],
        "started_at": NOW,
    }


def answered(user_id: int = 7, version: int = 1) -> ProfilingAnswered:
    return ProfilingAnswered.model_validate(_session(user_id, version))


def completed(user_id: int = 7, version: int = 2, primary: str = "leaders") -> ProfilingCompleted:
    scores = dict.fromkeys(("builders", "entrepreneurs", "researchers", "educators"), 20.0)
    result = {
        "scores": {**scores, "leaders": 20.0, primary: 90.0},
        "primary": primary,
        "secondary": [],
        "confidence": "high",
    }
    return ProfilingCompleted.model_validate(
        {**_session(user_id, version), "result": result, "completed_at": NOW}
    )


def deleted(user_id: int = 7, version: int = 3) -> ProfilingDeleted:
    return ProfilingDeleted(session_id=SESSION, user_id=user_id, version=version)


def feedback(
    user_id: int = 7, content_id: str = "course-1", version: int = 1, **changes: Any
) -> FeedbackGiven:
    return FeedbackGiven.model_validate(
        {
            "user_id": user_id,
            "content_id": content_id,
            "version": version,
            "verdict": "not_for_me",
            "created_at": NOW,
            "updated_at": NOW,
            **changes,
        }
    )


def membership(user_id: int = 8, version: int = 1, **changes: Any) -> MembershipUpdated:
    return MembershipUpdated.model_validate(
        {
            "membership_id": uuid7(),
            "user_id": user_id,
            "version": version,
            "role": "mentor",
            "scope": "learner",
            "created_at": NOW,
            "updated_at": NOW,
            **changes,
        }
    )


def sign_in_started(user_id: int = 7, sign_in_id: UUID = SIGN_IN) -> SignInStarted:
    return SignInStarted(user_id=user_id, sign_in_id=sign_in_id, version=1, started_at=NOW)


def sign_in_ended(
    user_id: int = 7, sign_in_id: UUID = SIGN_IN, ended_at: datetime | None = None
) -> SignInEnded:
    """By default just now: what ended long ago is no longer among the revoked."""
    return SignInEnded(
        user_id=user_id, sign_in_id=sign_in_id, version=2, ended_at=ended_at or datetime.now(UTC)
    )
