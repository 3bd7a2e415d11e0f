"""An example of each schema that clients write or read most, for the OpenAPI documents."""

from typing import Any

_TIMES = {"created_at": "2026-01-06T08:00:00Z", "updated_at": "2026-01-20T17:45:10.500000Z"}
_PROGRESS = {
    "content_id": "course-101",
    "content_type": "course",
    "status": "completed",
    "completion_percentage": 100.0,
    "score": 95.5,
}
_COMPLETION = {
    "best_score": 98.0,
    "source": "self",
    "completion_source": "review",
    "attempt": 2,
    "first_completed_at": "2026-01-12T09:30:00Z",
}
_FEEDBACK = {"content_id": "course-101", "verdict": "not_for_me"}
_ITEM = {
    "content_id": "module-101-2",
    "content_type": "module",
    "title": "Reading packet captures",
    "description": "Follow one login through a capture and find what leaks.",
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "Problem": {
        "detail": "The request was refused because of track.",
        "code": "invalid",
        "errors": [
            {
                "field": "track",
                "code": "unknown_value",
                "detail": '"hackers" is not a valid choice.',
            }
        ],
        "request_id": "0191a7b2c3d4e5f60718293a4b5c6d7e",
    },
    "LogInRequest": {"email": "amani@ongoza.example", "password": "correct horse battery"},
    "User": {
        "id": 42,
        "email": "amani@ongoza.example",
        "first_name": "Amani",
        "last_name": "Test",
        "role": "learner",
        "track": "builders",
        "organization": 1,
        **_TIMES,
    },
    "Content": {
        **_ITEM,
        "program": "builders",
        "course_id": "course-101",
        "position": 2,
        "track": "builders",
        "level": 2,
        "skills": ["packet-analysis", "tcp-ip"],
        "skill_labels": ["Packet analysis", "TCP/IP"],
        "prerequisites": ["module-101-1"],
        "external_ids": [{"source": "attack", "id": "T1040"}],
        "competencies": ["attack:T1040"],
        "duration_minutes": 45,
        "completed_by": "self",
        "retired": False,
        "published_at": "2026-01-02T00:00:00Z",
        "updated_at": "2026-02-11T09:15:00Z",
    },
    "ReportRequest": {**_PROGRESS, "metadata": {"device": "phone"}},
    "Progress": {
        "id": 7,
        "user": 42,
        **_PROGRESS,
        **_COMPLETION,
        "metadata": {"device": "phone"},
        **_TIMES,
    },
    "GiveRequest": _FEEDBACK,
    "Feedback": {
        **_FEEDBACK,
        "created_at": "2026-01-06T08:00:00Z",
        "updated_at": "2026-01-06T08:00:00.250000Z",
    },
    "RecommendationRequest": {"user_id": 42, "limit": 3, "exclude_ids": ["course-101"]},
    "Recommendation": {**_ITEM, "score": 0.82, "reason": "You finished Networks from zero."},
    "EmbeddingRequest": {"texts": ["Find what a login leaks"]},
    "Found": {
        **_ITEM,
        "track": "builders",
        "level": 2,
        "skills": ["packet-analysis", "tcp-ip"],
        "score": 0.64,
    },
}
