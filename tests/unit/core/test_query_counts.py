"""A list costs as many queries with 8 rows as with 3: no query for each row."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Model, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.access.services import Scope, grant
from core.calendars.models import CalendarEvent
from core.certificates.models import Certificate
from core.coaching.models import Goal, Habit
from core.cohorts.models import Announcement, Code, Cohort, Enrolment
from core.exports.models import TableExport
from core.feedback.models import Feedback
from core.files.models import Blob, Upload
from core.jobs.models import Job
from core.kit.openapi import InternalDocument, PublicDocument
from core.lessons.models import Body, BodyState, Language
from core.list_views.models import Dismissal
from core.mentorship.models import Match
from core.missions.models import Mission
from core.notifications.kinds import NEW_DEVICE
from core.notifications.models import PushSubscription
from core.notifications.push_addresses import PushAddress, new_subscription
from core.notifications.services import notify
from core.organizations.models import Invitation, Organization
from core.profiling.models import ProfilingAnswer, ProfilingSession
from core.programs.competencies import set_competency
from core.programs.models import Competency, ContentItem, Milestone, Program, ProgramVersion
from core.progress.models import Attempt, Progress
from core.quizzes.models import Quiz, QuizAttempt
from core.sponsor_reports.models import SponsorReport
from core.submissions.models import Submission
from core.users.models import ApiToken, Consent, SignIn, TrackChoice, User
from core.webhooks.models import Delivery, Subscription
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.certificates import CertificateState
from ongoza_contracts.users import UserCreated
from ongoza_contracts.vocabulary import ProgressStatus, Role, Verdict
from tests.openapi_documents import core_document
from tests.unit.core import conversation_rows
from tests.unit.core.certificate_rows import published_enrolment
from tests.unit.core.coaching_lists import COACHING_LISTS
from tests.unit.core.cohort_rows import apply, published_cohort
from tests.unit.core.mentor_lists import MENTORSHIP_LISTS
from tests.unit.core.offered_missions import offered_mission
from tests.unit.core.review_rows import many_claims, many_reviews, many_waiting
from tests.unit.core.submission_lists import SUBMISSION_LISTS
from tests.unit.core.subscription_lists import SUBSCRIPTION_LISTS
from tests.unit.core.world import Caller, item, person, service, signed_in

pytestmark = pytest.mark.django_db

FEW, MANY, PAGE_SIZE = 3, 10, 8
FORMS = (f"page_size={PAGE_SIZE}", f"page_size={PAGE_SIZE}&page=1")


def content(_: User, numbers: range) -> None:
    """Modules of a course, each after another item: the relations that a row shows."""
    if not ContentItem.objects.exists():
        item("course-900000")
        item("mission-900000")
    for number in numbers:
        item(
            f"module-{number}",
            course="course-900000",
            prerequisites=["mission-900000"],
            external_ids=[("attack", f"T{number}")],
            competencies=[str(set_competency(framework="nice", code=f"K{number}", name="K")[0])],
        )


def competencies(_: User, numbers: range) -> None:
    Competency.objects.bulk_create(
        Competency(framework="attack", code=f"T{number}", name="Sniffing") for number in numbers
    )


def items(numbers: range) -> list[ContentItem]:
    program = Program.objects.get_or_create(slug="core", title="Core")[0]
    times = {"published_at": "2026-01-01T00:00:00Z", "duration_minutes": 1}
    rows = [
        ContentItem(content_id=f"course-{n}", content_type="course", program=program, **times)
        for n in numbers
    ]
    return ContentItem.objects.bulk_create(rows)


def progress(user: User, numbers: range) -> None:
    status = ProgressStatus.IN_PROGRESS
    Progress.objects.bulk_create(
        [Progress(user=user, content=each, status=status) for each in items(numbers)]
    )


def attempts(user: User, numbers: range) -> None:
    now = timezone.now()
    times = {"source": "self", "completion_percentage": 100, "begun_at": now, "completed_at": now}
    record = taken_again(user)
    Attempt.objects.bulk_create(Attempt(progress=record, number=n, **times) for n in numbers)


def taken_again(user: User) -> Progress:
    """The one record that has attempts."""
    if not Progress.objects.exists():
        progress(user, range(1))
    return Progress.objects.get()


def feedback(user: User, numbers: range) -> None:
    verdict = Verdict.NOT_FOR_ME
    Feedback.objects.bulk_create(
        [Feedback(user=user, content=each, verdict=verdict) for each in items(numbers)]
    )


def dismissals(user: User, numbers: range) -> None:
    Dismissal.objects.bulk_create(
        [Dismissal(user=user, kind="advice", target=f"rule-{n}", dismissed=True) for n in numbers]
    )


def certificates(user: User, numbers: range) -> None:
    """Revoked ones: an enrolment has one that is valid."""
    enrolment = user.enrolments.first() or published_enrolment(user)
    Certificate.objects.bulk_create(
        Certificate(
            user=user,
            enrolment=enrolment,
            program_version=enrolment.program_version,
            name=f"{number}",
            completed_on=date(2030, 6, 28),
            state=CertificateState.REVOKED,
            **{"by_check": 1, "by_review": 0, "by_staff": 0},
        )
        for number in numbers
    )


def files(user: User, numbers: range) -> None:
    blobs = Blob.objects.bulk_create(Blob(sha256=f"{n}", name=f"{n}", size=1) for n in numbers)
    Upload.objects.bulk_create(
        Upload(owner=user, name=one.name, size=1, sha256=one.sha256, blob=one) for one in blobs
    )


def organizations(_: User, numbers: range) -> None:
    Organization.objects.bulk_create(Organization(name=f"{n}", kind="school") for n in numbers)


def programs(_: User, numbers: range) -> None:
    Program.objects.bulk_create(Program(slug=f"p-{n}", title=f"{n}") for n in numbers)


def milestones(_: User, numbers: range) -> None:
    """Each with an item of its own."""
    for one in items(numbers):
        one.milestone = Milestone.objects.create(program=one.program, title=one.content_id)
        one.save(update_fields=["milestone"])


def program_versions(_: User, numbers: range) -> None:
    programs(_, range(0 if Program.objects.exists() else 1))
    program, now = Program.objects.earliest("id"), timezone.now()
    ProgramVersion.objects.bulk_create(
        ProgramVersion(program=program, number=n + 1, published_at=now) for n in numbers
    )


def calendar_events(_: User, numbers: range) -> None:
    now, place = timezone.now(), school()
    times = {"starts_at": now, "ends_at": now, "time_zone": "UTC"}
    CalendarEvent.objects.bulk_create(
        CalendarEvent(organization=place, title=f"{n}", **times) for n in numbers
    )


def cohorts(_: User, numbers: range) -> None:
    for _number in numbers:
        published_cohort(paid=1, scholarship=1)


def only_cohort() -> Cohort:
    return Cohort.objects.first() or published_cohort(paid=0)


def enrolments(_: User, numbers: range) -> None:
    for number in numbers:
        apply(person(f"applicant-{number}"), only_cohort(), "paid")


def sponsor_reports(user: User, numbers: range) -> None:
    organization = school()
    SponsorReport.objects.bulk_create(
        SponsorReport(owner=user, organization=organization) for _ in numbers
    )


def table_exports(user: User, numbers: range) -> None:
    TableExport.objects.bulk_create(
        TableExport(owner=user, kind="sponsor_seats", format="csv") for _ in numbers
    )


def learners_at_risk(_: User, numbers: range) -> None:
    """Active for a month, and never seen."""
    cohort = only_cohort()
    some = {"cohort": cohort, "program_version": cohort.program_version, "pool": "paid"}
    since = timezone.now() - timedelta(days=30)
    Enrolment.objects.bulk_create(
        Enrolment(user=person(f"learner-{n}"), state="active", activated_at=since, **some)
        for n in numbers
    )


def codes(_: User, numbers: range) -> None:
    some = {"cohort": only_cohort(), "pool": "paid", "max_uses": 1, "ends_at": timezone.now()}
    Code.objects.bulk_create(Code(code=f"{n}", **some) for n in numbers)


def announcements(user: User, numbers: range) -> None:
    some = {"cohort": only_cohort(), "author": user, "text": "Bring a laptop."}
    Announcement.objects.bulk_create(Announcement(title=f"{n}", **some) for n in numbers)


def memberships(_: User, numbers: range) -> None:
    for number in numbers:
        learner = person(f"learner-{number}")
        grant(
            user_id=learner.id,
            role=Role.LEARNER,
            scope=Scope(ScopeKind.COHORT, cohort_id=UUID(int=number + 1)),
        )


def sessions(user: User, numbers: range) -> None:
    done = ProfilingSession.Status.COMPLETED
    rows = ProfilingSession.objects.bulk_create(
        [ProfilingSession(user=user, questionnaire="q", status=done) for _ in numbers]
    )
    QuerySet[ProfilingAnswer](ProfilingAnswer).bulk_create(
        [
            ProfilingAnswer(session=row, question_id=question, option_id="a")
            for row in rows
            for question in ("q-1", "q-2")
        ]
    )


def sign_ins(user: User, numbers: range) -> None:
    SignIn.objects.bulk_create(SignIn(user=user) for _ in numbers)


def api_tokens(user: User, numbers: range) -> None:
    expiry = timezone.now() + timedelta(days=1)
    ends = SignIn.objects.bulk_create(SignIn(user=user) for _ in numbers)
    ApiToken.objects.bulk_create(
        ApiToken(sign_in=one, name="x", hash=str(one.pk), scope="read", expires_at=expiry)
        for one in ends
    )


def consents(user: User, numbers: range) -> None:
    Consent.objects.bulk_create(
        Consent(user=user, kind=Consent.Kind.TERMS, version=f"{n}", withdrawn_at=timezone.now())
        for n in numbers
    )


def track_choices(user: User, numbers: range) -> None:
    TrackChoice.objects.bulk_create(
        TrackChoice(user=user, track="builders", source="self") for _ in numbers
    )


def jobs(user: User, numbers: range) -> None:
    Job.objects.bulk_create(Job(kind="retention.purge", user=user, key=f"{n}") for n in numbers)


def users(_: User, numbers: range) -> None:
    for number in numbers:
        person(f"user-{number}")


def school() -> Organization:
    return Organization.objects.get_or_create(name="Makini", kind="school")[0]


def members(_: User, numbers: range) -> None:
    for number in numbers:
        person(f"member-{number}", organization=school())


def invitations(_: User, numbers: range) -> None:
    expiry = timezone.now() + timedelta(days=1)
    Invitation.objects.bulk_create(
        Invitation(
            organization=school(), email=f"{n}@ongoza.example", role="mentor", expires_at=expiry
        )
        for n in numbers
    )


def notifications(user: User, numbers: range) -> None:
    for number in numbers:
        notify(user_id=user.id, kind=NEW_DEVICE, subject=f"{number}", version=1)


def push_subscriptions(user: User, numbers: range) -> None:
    PushSubscription.objects.bulk_create(
        new_subscription(user.pk, PushAddress(f"https://push.example/{n}", "", "")) for n in numbers
    )


def subscriptions(_: User, numbers: range) -> None:
    Subscription.objects.bulk_create(
        Subscription(
            organization=school(), url=f"https://{n}.example/", types=[], encrypted_secret=b""
        )
        for n in numbers
    )


def deliveries(user: User, numbers: range) -> None:
    subscription = subscribed()
    Delivery.objects.bulk_create(
        Delivery(
            subscription=subscription,
            history_id=n,
            recorded_at=timezone.now(),
            event_id=subscription.pk,
            user=user,
        )
        for n in numbers
    )


def quizzes(user: User, numbers: range) -> None:
    content(user, numbers)
    items = ContentItem.objects.filter(quiz=None).order_by("pk")[: len(numbers)]
    Quiz.objects.bulk_create(Quiz(item=one) for one in items)


def bodies(user: User, numbers: range) -> None:
    course = ContentItem.objects.filter(content_id="course-0").first() or item("course-0")
    some = {"language": Language.ENGLISH, "state": BodyState.SUPERSEDED}
    Body.objects.bulk_create(Body(item=course, number=number, **some) for number in numbers)


def published_bodies(user: User, numbers: range) -> None:
    content(user, numbers)
    items = ContentItem.objects.filter(bodies=None).order_by("pk")[: len(numbers)]
    some = {"language": Language.ENGLISH, "state": BodyState.PUBLISHED, "number": 1}
    Body.objects.bulk_create(Body(item=one, **some) for one in items)


def quiz_attempts(user: User, numbers: range) -> None:
    if not Quiz.objects.exists():
        quizzes(user, range(1))
    QuizAttempt.objects.bulk_create(
        QuizAttempt(
            user=user,
            quiz=Quiz.objects.earliest("pk"),
            number=number,
            submitted_at=timezone.now(),
            **dict.fromkeys(("version", "progress_attempt", "question_count"), 1),
            pass_percentage=80,
        )
        for number in numbers
    )


def subscribed() -> Subscription:
    some = {"url": "https://school.example/", "types": [], "encrypted_secret": b""}
    return Subscription.objects.get_or_create(organization=school(), defaults=some)[0]


def missions(_: User, numbers: range) -> None:
    for number in numbers:
        offered_mission(title=f"{number}")


NAMED: dict[str, type[Model]] = {
    "goal": Goal,
    "habit": Habit,
    "match": Match,
    "mission": Mission,
    "quiz": Quiz,
    "submission": Submission,
}
"""Models of which an address may name the first row."""
Fill = Callable[[User, range], None]
LISTS: dict[str, tuple[Fill, str]] = {
    **SUBMISSION_LISTS,
    **MENTORSHIP_LISTS,
    "/audit/": (users, f"audit/?type={UserCreated.type}&"),
    "/auth/sessions/": (sign_ins, "auth/sessions/?"),
    "/auth/tokens/": (api_tokens, "auth/tokens/?"),
    "/body-sizes/": (published_bodies, "body-sizes/?"),
    "/calendar/events/": (calendar_events, "calendar/events/?"),
    "/certificates/": (certificates, "certificates/?"),
    **COACHING_LISTS,
    "/codes/": (codes, "codes/?"),
    "/cohorts/": (cohorts, "cohorts/?"),
    "/cohorts/{cohort_id}/announcements/": (announcements, "cohorts/{cohort}/announcements/?"),
    "/cohorts/{cohort_id}/enrolments/": (enrolments, "cohorts/{cohort}/enrolments/?"),
    "/cohorts/{cohort_id}/waitlist/": (enrolments, "cohorts/{cohort}/waitlist/?"),
    "/competencies/": (competencies, "competencies/?"),
    "/content/": (content, "content/?"),
    "/content/{content_id}/bodies/": (bodies, "content/course-0/bodies/?"),
    "/enrolments/": (enrolments, "enrolments/?"),
    **SUBSCRIPTION_LISTS,
    "/exports/": (table_exports, "exports/?"),
    "/feedback/": (feedback, "feedback/?"),
    "/student/dismissals/": (dismissals, "student/dismissals/?"),
    "/files/": (files, "files/?"),
    "/jobs/": (jobs, "jobs/?"),
    "/director/at-risk/": (learners_at_risk, "director/at-risk/?"),
    "/director/cohorts/": (cohorts, "director/cohorts/?"),
    "/sponsor/reports/": (sponsor_reports, "sponsor/reports/?"),
    "/sponsor/seats/": (cohorts, "sponsor/seats/?"),
    "/memberships/": (memberships, "memberships/?"),
    "/milestones/": (milestones, "milestones/?"),
    "/missions/": (missions, "missions/?"),
    "/notifications/": (notifications, "notifications/?"),
    "/notifications/push-subscriptions/": (
        push_subscriptions,
        "notifications/push-subscriptions/?",
    ),
    "/organizations/": (organizations, "organizations/?"),
    "/organizations/{organization_id}/invitations/": (
        invitations,
        "organizations/{school}/invitations/?",
    ),
    "/organizations/{organization_id}/members/": (members, "organizations/{school}/members/?"),
    "/profiling/sessions/": (sessions, "profiling/sessions/?"),
    "/programs/": (programs, "programs/?"),
    "/programs/{program_id}/content/": (content, "programs/{program}/content/?"),
    "/programs/{program_id}/versions/": (program_versions, "programs/{program}/versions/?"),
    "/progress/": (progress, "progress/?"),
    "/progress/{progress_id}/attempts/": (attempts, "progress/{progress}/attempts/?"),
    "/quizzes/": (quizzes, "quizzes/?"),
    "/quizzes/{quiz_id}/attempts/": (quiz_attempts, "quizzes/{quiz}/attempts/?"),
    "/reviews/claims/": (many_claims, "reviews/claims/?"),
    "/reviews/queue/": (many_waiting, "reviews/queue/?"),
    "/submissions/{submission_id}/reviews/": (
        many_reviews,
        "submissions/{submission}/reviews/?",
    ),
    "/users/": (users, "users/?"),
    "/users/me/consents/": (consents, "users/me/consents/?"),
    "/users/me/track/history/": (track_choices, "users/me/track/history/?"),
    "/users/{user_id}/track/history/": (track_choices, "users/{user}/track/history/?"),
    "/webhook-subscriptions/": (subscriptions, "webhook-subscriptions/?"),
    "/webhook-subscriptions/{subscription_id}/deliveries/": (
        deliveries,
        "webhook-subscriptions/{subscription}/deliveries/?",
    ),
    **conversation_rows.LISTS,
}
"""By path of the OpenAPI document: what adds rows for a user, and the address without a page."""


def listing_paths() -> set[str]:
    """The paths whose GET answers with a page."""
    return {
        path.removeprefix("/api/v1")
        for document in (core_document(PublicDocument), core_document(InternalDocument))
        for path, operations in document["paths"].items()
        if "results" in _properties(operations.get("get", {}), document["components"]["schemas"])
    }


def _properties(operation: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("responses", {}).get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schemas.get(name, schema).get("properties", {})
    return found


def test_every_list_has_a_row() -> None:
    assert listing_paths() == LISTS.keys() | {"/internal/versions/{kind}/"}


def cost(caller: Caller, path: str) -> tuple[int, int]:
    """The number of rows in the answer, and of queries."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        status, page = caller.get(path)
    assert status == 200
    return len(page["results"]), len(queries)


@pytest.mark.parametrize("path", LISTS)
def test_a_long_list_costs_no_more_queries_than_a_short_one(path: str) -> None:
    fill, address = LISTS[path]
    user = person("ada", Role.ADMIN)
    caller = signed_in(user)
    fill(user, range(FEW))
    program = Program.objects.values_list("id", flat=True).first()
    if "{subscription}" in address:
        address = address.replace("{subscription}", str(subscribed().pk))
    if "{progress}" in address:
        address = address.replace("{progress}", str(taken_again(user).pk))
    cohort = Cohort.objects.values_list("id", flat=True).first()
    named = {"program": program, "school": school().pk, "cohort": cohort, "user": user.pk}
    for name, model in NAMED.items():
        named[name] = model._default_manager.values_list("pk", flat=True).first()
    addresses = [address.format(**named) + form for form in FORMS]
    short = [cost(caller, one) for one in addresses]
    fill(user, range(FEW, MANY))
    long = [cost(caller, one) for one in addresses]
    assert [rows for rows, _ in short if not FEW <= rows < PAGE_SIZE] == []
    assert [rows for rows, _ in long] == [PAGE_SIZE, PAGE_SIZE]
    assert [queries for _, queries in long] == [queries for _, queries in short]


def test_versions_cost_no_more_queries_for_many_entities_than_for_few() -> None:
    caller, address = service(), "internal/versions/users/"
    costs = []
    for numbers in (range(FEW), range(FEW, MANY)):
        for number in numbers:
            person(f"learner-{number}")
        costs.append(cost(caller, address))
    assert [rows for rows, _ in costs] == [FEW, MANY]
    assert costs[0][1] == costs[1][1]
