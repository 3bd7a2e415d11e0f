"""Calls of the services that write published entities."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.access.services import MainRole, Scope, grant
from core.coaching.services import set_goal
from core.feedback.models import Feedback
from core.feedback.services import give_feedback
from core.list_views.models import ListView
from core.list_views.services import dismiss, record_list_views
from core.organizations.models import Organization
from core.profiling.models import ProfilingSession
from core.profiling.services import start_session
from core.programs.models import ContentItem, Milestone, Program
from core.programs.services import retire_content
from core.progress.models import Progress
from core.progress.services import Step, report_progress
from core.quizzes.services import start_attempt
from core.users import api_tokens, impersonation
from core.users.models import ApiToken, Impersonation, SignIn, User
from core.users.services import add_user, refresh, sign_in
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.list_views import DismissalKind
from ongoza_contracts.topics import TOPICS
from ongoza_contracts.vocabulary import ContentType, ProgressSource, ProgressStatus, Role, Verdict
from tests.unit.core.coaching_calls import OF_COACHING
from tests.unit.core.cohort_calls import OF_COHORTS
from tests.unit.core.mentor_calls import OF_MENTORSHIP
from tests.unit.core.mission_calls import OF_MISSIONS
from tests.unit.core.published import published_rows
from tests.unit.core.quiz_rows import answers, past_attempt, quiz
from tests.unit.core.review_calls import OF_REVIEWS
from tests.unit.core.school import World
from tests.unit.core.submission_calls import OF_SUBMISSIONS
from tests.unit.core.subscription_calls import OF_SUBSCRIPTIONS
from tests.unit.core.test_profiling_record import RESULT
from tests.unit.core.world import assign, item, person

PASSWORD = "correct horse battery staple"
AT = datetime(2026, 1, 1, tzinfo=UTC)


def learner() -> User:
    return person("amina")


def with_password() -> User:
    return add_user(email="pass@ongoza.example", password=PASSWORD)


def started() -> ProfilingSession:
    return start_session(user=learner(), questionnaire="v1")[0]


def begun(**state: Any) -> Progress:
    found: Any = {"status": ProgressStatus.IN_PROGRESS, **state}
    content_id = item("course-1").content_id
    report_progress(user=learner(), content_id=content_id, content_type=ContentType.COURSE, **found)
    return Progress.objects.get()


def list_view() -> dict[str, Any]:
    content_id = item("course-1").content_id
    items = [{"content_id": content_id, "place": 1, "opened": False}]
    return {"view_id": UUID(int=1), "surface": "home", "items": items}


def opened(user: User) -> dict[str, Any]:
    record_list_views(user=user, views=[list_view()])
    row = ListView.objects.get()
    return {"row": row, "items": [{**one, "opened": True} for one in row.items]}


def taken_back(user: User) -> dict[str, Any]:
    dismiss(user=user, kind=DismissalKind.ADVICE, target="rule-1")
    return {"user": user, "kind": DismissalKind.ADVICE, "target": "rule-1"}


def liked() -> Feedback:
    content_id, user = item("course-1").content_id, learner()
    give_feedback(user=user, content_id=content_id, verdict=Verdict.NOT_FOR_ME)
    return Feedback.objects.get()


def placed() -> Program:
    program = item("course-1").program
    milestone = Milestone.objects.create(program=program, title="Basics")
    ContentItem.objects.update(milestone=milestone)
    return program


def passing(_: World) -> dict[str, Any]:
    attempt = start_attempt(user=learner(), quiz_id=quiz().pk)
    named = {"user": attempt.user, "quiz_id": attempt.quiz_id, "attempt_id": attempt.pk}
    return {**named, "answers": answers(attempt)}


def signed_in_twice() -> dict[str, Any]:
    user = learner()
    return {"user": user, "current": sign_in(user).sign_in_id, "other": sign_in(user).sign_in_id}


def but_other(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "other"}


def reused_token() -> str:
    """A refresh token whose successor was used as well."""
    first = sign_in(learner()).tokens.refresh
    refresh(refresh_token=refresh(refresh_token=first).refresh)
    return first


def token_of(user: User) -> ApiToken:
    api_tokens.create(user=user, totp_id=None, name="x", scope=["read"], days=1)
    return ApiToken.objects.get()


def granted(world: World) -> dict[str, Any]:
    scope = Scope(ScopeKind.ORGANIZATION, organization_id=world.school.pk)
    grant(user_id=world.foreign_mentor.pk, role=Role.MENTOR, scope=scope)
    return {
        "user_id": world.foreign_mentor.pk,
        "organization_id": world.school.pk,
        "ended_by": world.admin,
    }


def viewed(world: World) -> dict[str, Any]:
    viewer = {"viewer": world.admin, "viewer_sign_in": sign_in(world.admin).sign_in_id}
    return {**viewer, "user_id": world.learner.pk, "reason": "asked by the user"}


def view(world: World) -> Any:
    impersonation.view_as(**viewed(world))
    return Impersonation.objects.all()


OWNED = " ".join(one.kind for one in TOPICS if one.owned and one.producer == "core")
PUBLISHING: Mapping[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    **OF_COACHING,
    **OF_COHORTS,
    **OF_MISSIONS,
    **OF_REVIEWS,
    **OF_SUBMISSIONS,
    **OF_SUBSCRIPTIONS,
    **OF_MENTORSHIP,
    "access.services.grant": (
        "memberships",
        lambda w: {
            "user_id": w.mentor.pk,
            "role": Role.MENTOR,
            "scope": Scope(ScopeKind.LEARNER, learner_id=w.learner.pk),
        },
    ),
    "access.services.grant_to_invited": (
        "memberships",
        lambda w: {
            "user_id": w.foreign_mentor.pk,
            "role": Role.MENTOR,
            "organization_id": w.school.pk,
            "until": None,
            "invited_by_id": None,
        },
    ),
    "access.services.revoke": (
        "memberships",
        lambda w: {"membership_id": assign(w.mentor, w.learner).pk, "revoked_by": w.admin},
    ),
    "access.services.end_in_organization": ("memberships", granted),
    "access.services.follow_main_role": (
        "memberships",
        lambda w: {"user_id": w.foreign.pk, "new": MainRole(Role.LEARNER, w.school.pk)},
    ),
    "coaching.services.set_goal": (
        "goals",
        lambda _: {"user": learner(), "title": "Pass", "target_date": date.max},
    ),
    "coaching.services.update_goal": (
        "goals",
        lambda _: {
            "user": (user := learner()),
            "goal_id": set_goal(user=user, title="Pass", target_date=date.max).pk,
            "state": "achieved",
        },
    ),
    "erasure.services.erase_user": (OWNED, lambda _: {"user_id": published_rows()["users"].pk}),
    "erasure.services.erase_any_user": (
        OWNED,
        lambda _: {"user_id": published_rows()["users"].pk, "stored_files": 0},
    ),
    "feedback.services.give_feedback": (
        "feedback",
        lambda _: {
            "user": learner(),
            "content_id": item("course-1").content_id,
            "verdict": Verdict.NOT_FOR_ME,
        },
    ),
    "feedback.services.withdraw_feedback": (
        "feedback",
        lambda _: {"user": liked().user, "content_id": "course-1"},
    ),
    "list_views.services.record_list_views": (
        "list-views",
        lambda w: {"user": w.learner, "views": [list_view()]},
    ),
    "list_views.services.add_opened": ("list-views", lambda w: opened(w.learner)),
    "list_views.services.dismiss": (
        "dismissals",
        lambda w: {"user": w.learner, "kind": DismissalKind.ADVICE, "target": "rule-1"},
    ),
    "list_views.services.take_back": ("dismissals", lambda w: taken_back(w.learner)),
    "feedback.services.set_verdict": (
        "feedback",
        lambda _: {"feedback": liked(), "verdict": Verdict.MORE_LIKE_THIS},
    ),
    "organizations.services.remove_member": (
        "users memberships",
        lambda w: {
            "organization": Organization.objects.get(pk=w.school.pk),
            "user_id": w.learner.pk,
            "removed_by": w.admin,
        },
    ),
    "profiling.services.start_session": (
        "profiling",
        lambda _: {"user": learner(), "questionnaire": "v1"},
    ),
    "profiling.services.record_answer": (
        "profiling",
        lambda _: {
            "user": (session := started()).user,
            "session_id": session.pk,
            "question_id": "q-1",
            "option_id": "a",
        },
    ),
    "profiling.services.record_result": (
        "profiling users",
        lambda _: {"session_id": started().pk, "result": RESULT, "judged_version": 1},
    ),
    "profiling.services.import_session": (
        "profiling users",
        lambda _: {
            "user": learner(),
            "questionnaire": "v1",
            "result": RESULT,
            "completed_at": AT,
        },
    ),
    "profiling.services.delete_session": (
        "profiling",
        lambda _: {"user": (session := started()).user, "session_id": session.pk},
    ),
    "programs.services.publish_content": (
        "content",
        lambda _: {
            "content_id": "course-2",
            "content_type": "course",
            "program": item("course-1").program,
            "title": "Networks",
            "track": "builders",
            "duration_minutes": 1,
            "prerequisites": ["course-1"],
        },
    ),
    "programs.services.update_content": (
        "content",
        lambda _: {"content_id": item("course-1").content_id, "title": "Another"},
    ),
    "programs.services.retire_content": (
        "content",
        lambda _: {"content_id": item("course-1").content_id},
    ),
    "programs.services.restore_content": (
        "content",
        lambda _: {"content_id": retire_content(content_id=item("course-1").content_id).content_id},
    ),
    "programs.versions.publish_version": (
        "program-versions",
        lambda _: {"program_id": placed().pk},
    ),
    "quizzes.services.start_attempt": (
        "progress",
        lambda _: {"user": learner(), "quiz_id": quiz().pk},
    ),
    "quizzes.services.submit_attempt": ("quiz-results progress", passing),
    "quizzes.services.import_attempts": (
        "quiz-results",
        lambda _: {"user": learner(), "attempts": [past_attempt(quiz())]},
    ),
    "progress.services.report_progress": (
        "progress",
        lambda _: {
            "user": learner(),
            "content_id": item("course-1").content_id,
            "content_type": ContentType.COURSE,
            "status": ProgressStatus.IN_PROGRESS,
        },
    ),
    "progress.services.import_report": (
        "progress",
        lambda _: {
            "user": learner(),
            "content": item("course-1"),
            "reported_at": AT,
            "source": ProgressSource.STAFF,
            "status": ProgressStatus.COMPLETED,
        },
    ),
    "progress.services.record_progress": (
        "progress",
        lambda w: {
            "caller": w.admin,
            "user_id": w.learner.pk,
            "content_id": item("course-1").content_id,
            "content_type": ContentType.COURSE,
            "status": ProgressStatus.COMPLETED,
        },
    ),
    "progress.services.revise_progress": (
        "progress",
        lambda _: {
            "user": (row := begun()).user,
            "progress_id": row.pk,
            "completion_percentage": 50,
        },
    ),
    "progress.services.start_attempt": (
        "progress",
        lambda _: {
            "user": (row := begun(status=ProgressStatus.COMPLETED)).user,
            "progress_id": row.pk,
        },
    ),
    "progress.services.import_history": (
        "progress",
        lambda _: {
            "user": learner(),
            "steps": [
                Step(
                    content_id=item("course-1").content_id,
                    status=ProgressStatus.COMPLETED,
                    completion_percentage=100,
                    score=None,
                    at=AT,
                )
            ],
        },
    ),
    "restore.renumber.renumber": ("users memberships", lambda w: {"user_id": w.learner.pk}),
    "restore.services.void_tokens": (
        "users",
        lambda _: {"since": timezone.now() + timedelta(days=1)},
    ),
    "users.api_tokens.create": (
        "sign-ins",
        lambda _: {
            "user": with_password(),
            "totp_id": None,
            "name": "script",
            "scope": ["read"],
            "days": 1,
        },
    ),
    "users.api_tokens.revoke": (
        "sign-ins",
        lambda _: {"user": (user := learner()), "token_id": token_of(user).pk},
    ),
    "users.api_tokens.end_tokens": (
        "sign-ins",
        lambda _: {"tokens": ApiToken.objects.filter(pk=token_of(learner()).pk)},
    ),
    "users.impersonation.view_as": ("sign-ins", viewed),
    "users.impersonation.end_views": ("sign-ins", lambda w: {"views": view(w)}),
    "users.services.add_user": (
        "users",
        lambda _: {"email": "new@ongoza.example", "password": None, "track": "builders"},
    ),
    "users.services.add_user_without_birth_year": (
        "users",
        lambda _: {"email": "new@ongoza.example"},
    ),
    "users.services.update_user": (
        "users memberships sign-ins",
        lambda _: {
            "user_id": sign_in(learner()).user.pk,
            "role": Role.MENTOR,
            "is_active": False,
        },
    ),
    "users.services.choose_track": (
        "users",
        lambda _: {"user_id": learner().pk, "track": "builders"},
    ),
    "users.services.change_password": (
        "users sign-ins",
        lambda _: {"user": with_password(), "current": PASSWORD, "new": PASSWORD[::-1]},
    ),
    "users.services.set_password": (
        "users sign-ins",
        lambda _: {"user_id": sign_in(learner()).user.pk, "password": PASSWORD},
    ),
    "users.services.sign_up": (
        "users sign-ins",
        lambda _: {"email": "new@ongoza.example", "password": PASSWORD},
    ),
    "users.services.log_in": (
        "sign-ins",
        lambda _: {"email": with_password().email, "password": PASSWORD},
    ),
    "users.services.sign_in": ("sign-ins", lambda _: {"user": learner()}),
    "users.services.begin_sign_in": ("sign-ins", lambda _: {"user": learner(), "device": ""}),
    "users.services.refresh": ("sign-ins", lambda _: {"refresh_token": reused_token()}),
    "users.services.log_out": (
        "sign-ins",
        lambda _: {"refresh_token": sign_in(learner()).tokens.refresh},
    ),
    "users.services.end_sign_in": (
        "sign-ins",
        lambda _: {
            "user": (found := signed_in_twice())["user"],
            "sign_in_id": found["other"],
        },
    ),
    "users.services.end_other_sign_ins": ("sign-ins", lambda _: but_other(signed_in_twice())),
    "users.services.end_all_sign_ins": (
        "users sign-ins",
        lambda _: {"user_id": sign_in(learner()).user.pk},
    ),
    "users.services.revoke_sign_in": (
        "sign-ins",
        lambda _: {"sign_in_id": sign_in(learner()).sign_in_id},
    ),
    "users.services.end_sign_ins_before_enrolment": (
        "sign-ins",
        lambda _: but_other(signed_in_twice()),
    ),
    "users.services.end_sign_ins": (
        "sign-ins",
        lambda _: {"sign_ins": SignIn.objects.filter(pk=sign_in(learner()).sign_in_id)},
    ),
}
"""The kinds of entities that a service writes, and the arguments with which it does."""
