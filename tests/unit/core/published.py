"""One published row of every kind, for the tests of what may change them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from core.coaching.services import set_goal
from core.feedback.models import Feedback
from core.feedback.services import give_feedback
from core.kit.versions import Versioned
from core.organizations.services import add_organization
from core.outbox.publications import publications
from core.profiling.models import ProfilingSession
from core.profiling.services import start_session
from core.progress.models import Progress
from core.progress.services import report_progress
from core.users.models import SignIn
from core.users.services import sign_in
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Verdict
from tests.unit.core.certificate_rows import published_certificate
from tests.unit.core.coaching_rows import done_today
from tests.unit.core.cohort_rows import apply, open_cohort
from tests.unit.core.list_view_rows import list_views
from tests.unit.core.mentor_rows import published_match, published_session
from tests.unit.core.mission_rows import (
    published_mission,
    published_submission,
    published_suggestion,
)
from tests.unit.core.quiz_rows import published_result
from tests.unit.core.review_rows import published_review
from tests.unit.core.subscription_rows import (
    published_entitlement,
    published_invoice,
    published_plan,
    published_subscription,
)
from tests.unit.core.world import (
    assign,
    calendar_event,
    forget_appended,
    item,
    person,
    published_version,
)

PUBLICATIONS = {publication.topic.kind: publication for publication in publications()}


@pytest.fixture(scope="module")
def module_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Versioned]]:
    """One published row of every kind, made once for a module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield published_rows()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def rows(module_rows: dict[str, Versioned], db: None) -> dict[str, Versioned]:
    """The rows as the database has them, for each test of a module that imports this."""
    return {kind: type(row)._default_manager.get(pk=row.pk) for kind, row in module_rows.items()}


def published_rows() -> dict[str, Versioned]:
    """One published row of every kind."""
    learner, content = person("amina"), item("course-1")
    school = add_organization(name="Makini", kind="school")
    report_progress(
        user=learner,
        content_id="course-1",
        content_type=ContentType.COURSE,
        status=ProgressStatus.IN_PROGRESS,
    )
    give_feedback(user=learner, content_id="course-1", verdict=Verdict.NOT_FOR_ME)
    start_session(user=learner, questionnaire="v1")
    sign_in(learner)
    learner.refresh_from_db()
    found: dict[str, Versioned] = {
        "users": learner,
        "content": content,
        "progress": Progress.objects.get(),
        "feedback": Feedback.objects.get(),
        "profiling": ProfilingSession.objects.get(),
        **list_views(learner),
        "goals": set_goal(user=learner, title="Pass", target_date=date.max),
        "habit-entries": (entry := done_today(learner)),
        "habits": entry.habit,
        "calendar-events": calendar_event(school),
        "memberships": assign(person("mentor"), learner),
        "program-versions": published_version(),
        "cohorts": (cohort := open_cohort(scholarship=1)),
        "enrolments": (enrolment := apply(learner, cohort)),
        "certificates": published_certificate(enrolment),
        "quiz-results": published_result(learner),
        "plans": (plan := published_plan()),
        "subscriptions": (subscription := published_subscription(learner, plan)),
        "invoices": published_invoice(subscription),
        "entitlements": published_entitlement(learner, person("giver")),
        "matches": (match := published_match(learner, person("guide"))),
        "sessions": published_session(match),
        "missions": (mission := published_mission()),
        "submissions": (submission := published_submission(learner, mission)),
        "suggestions": published_suggestion(submission),
        "reviews": published_review(submission),
        "sign-ins": SignIn.objects.get(),
    }
    forget_appended()
    return found
