"""Puts the demo world into core, through the services, so that every row has its fact."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.access.services import Scope, grant
from core.coaching.services import set_goal, update_goal
from core.demo.attempts import DemoQuiz, past_attempts
from core.demo.cohorts import Member
from core.demo.items import Catalogue, Item
from core.demo.learners import DemoLearner
from core.demo.people import LEARNERS_PER_MENTOR, TIME_ZONES, DemoAccount, organizations
from core.jobs.services import delete_jobs
from core.kit.past import happened_at
from core.notifications.models import Notification
from core.notifications.services import mark_read
from core.organizations.models import Organization
from core.organizations.services import add_organization
from core.profiling.services import import_session
from core.programs.milestones import add_milestone, update_milestone
from core.programs.models import Program
from core.programs.services import add_program, publish_content
from core.programs.versions import publish_version
from core.progress.services import Step, import_history
from core.quizzes.models import QuizAttempt
from core.quizzes.services import import_attempts
from core.users.models import User
from core.users.preferences import update_preferences
from core.users.services import add_user
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.coaching import GoalState
from ongoza_contracts.vocabulary import ContentType, ProgressSource, ProgressStatus, Role

QUESTIONNAIRE = "v1"
MILESTONES = ("First steps", "Foundations", "Practice", "Advanced work", "Mastery")
"""Their titles, from level 1."""
GOAL_WITHIN = timedelta(days=240)
HIGH_MARGIN, MEDIUM_MARGIN = 20.0, 10.0


def plant_organizations() -> dict[str, Organization]:
    """By slug."""
    kinds = ("school", "employer")
    return {
        organization.slug: add_organization(name=organization.name, kind=kind)
        for organization, kind in zip(organizations(), kinds, strict=True)
    }


def plant_catalogue(catalogue: Catalogue) -> None:
    programs = {
        program.slug: add_program(
            slug=program.slug,
            title=program.title,
            description=program.description,
            track=program.track or "",
        )
        for program in catalogue.programs
    }
    for item in catalogue.items:  # prerequisites and courses come first
        _publish(item, programs[item.program])
    for slug, program in programs.items():
        _plant_milestones(program, [one for one in catalogue.items if one.program == slug])


def _plant_milestones(program: Program, items: Sequence[Item]) -> None:
    """One for each level, with its courses, which are required, and its missions; and the version
    that consists of them."""
    for level, title in enumerate(MILESTONES, start=1):
        placed = [
            {"content_id": item.content_id, "required": item.content_type == ContentType.COURSE}
            for item in items
            if item.level == level and item.content_type != ContentType.MODULE
        ]
        if placed:
            milestone = add_milestone(program_id=program.pk, title=title)
            update_milestone(milestone_id=milestone.pk, items=placed)
    publish_version(program_id=program.pk)


def _publish(item: Item, program: Program) -> None:
    publish_content(
        content_id=item.content_id,
        content_type=item.content_type,
        program=program,
        course=item.course_id,
        position=item.position,
        title=item.title,
        description=item.description,
        track=item.track,
        level=item.level,
        skills=list(item.skills),
        prerequisites=list(item.prerequisites),
        duration_minutes=item.duration_minutes,
    )


def plant_account(
    account: DemoAccount, organizations: dict[str, Organization], password: str | None
) -> User:
    """Without a password nobody can sign in as the user."""
    with happened_at(account.joined_at):
        user = add_user(
            email=account.email,
            password=password,
            role=account.role,
            first_name=account.first_name,
            last_name=account.last_name,
            organization=organizations[account.organization] if account.organization else None,
        )
        update_preferences(user=user, time_zone=TIME_ZONES[account.country])
        return user


def plant_learner(
    learner: DemoLearner,
    organizations: dict[str, Organization],
    quizzes: Mapping[str, DemoQuiz],
    password: str | None,
) -> User:
    """`quizzes` are by the id of their item."""
    user = plant_account(learner.account, organizations, password)
    if learner.profile and learner.profiled_at:
        with happened_at(learner.profiled_at):
            import_session(
                user=user,
                questionnaire=QUESTIONNAIRE,
                result=_result(learner),
                completed_at=learner.profiled_at,
            )
    with happened_at(learner.account.joined_at):  # each step has its own time
        plant_progress(user, learner, quizzes)
    return user


def plant_goal(user: User, learner: DemoLearner, title: str) -> None:
    """The goal is set on the first day, and achieved when its item is completed."""
    set_at = learner.account.joined_at + timedelta(hours=2)
    with happened_at(set_at):
        target_date = set_at.date() + GOAL_WITHIN
        goal = set_goal(user=user, title=f"Complete: {title}", target_date=target_date)
    completed = (learner.traits.goal, ProgressStatus.COMPLETED)
    for step in learner.steps:
        if (step.content_id, step.status) == completed:
            with happened_at(step.at):
                update_goal(user=user, goal_id=goal.pk, state=GoalState.ACHIEVED)


def plant_progress(user: User, learner: DemoLearner, quizzes: Mapping[str, DemoQuiz]) -> None:
    """A module with a quiz is begun by the first attempt at it and completed by the last."""
    steps: list[Step] = []
    for one in learner.steps:
        step = Step(
            content_id=one.content_id,
            status=one.status,
            completion_percentage=one.completion_percentage,
            score=one.score,
            at=one.at,
        )
        quiz = quizzes.get(one.content_id)
        if quiz and one.status == ProgressStatus.COMPLETED:
            rows = import_attempts(user=user, attempts=past_attempts(quiz, learner, one))
            steps += _quiz_steps(step, rows)
        else:
            steps.append(step)
    import_history(user=user, steps=steps)


def _quiz_steps(completion: Step, attempts: Sequence[QuizAttempt]) -> list[Step]:
    begun = replace(
        completion,
        status=ProgressStatus.IN_PROGRESS,
        completion_percentage=0,
        at=attempts[0].started_at,
    )
    passed = replace(completion, score=attempts[-1].score, source=ProgressSource.CHECK)
    return [begun, passed]


def assign_mentors(mentors: Sequence[User], learners: Sequence[Member]) -> list[tuple[User, User]]:
    """Spread the learners evenly; those beyond LEARNERS_PER_MENTOR each have no mentor. Returns
    each learner with their mentor."""
    assigned = learners[: LEARNERS_PER_MENTOR * len(mentors)]
    users = User.objects.in_bulk([one.user_id for one in assigned])
    pairs = []
    for number, learner in enumerate(assigned):
        mentor = mentors[number % len(mentors)]
        pairs.append((users[learner.user_id], mentor))
        with happened_at(max(learner.joined_at, mentor.created_at) + timedelta(days=1)):
            grant(
                user_id=mentor.id,
                role=Role.MENTOR,
                scope=Scope(ScopeKind.LEARNER, learner_id=learner.user_id),
            )
    return pairs


def read_notifications(until: datetime) -> None:
    """Everybody read by then what they were notified of before: no mail is sent about it now, and
    no job is left that would find that out of each."""
    unread = Notification.objects.filter(read_at=None, created_at__lte=until)
    delete_jobs("notifications.dispatch", [str(key) for key in unread.values_list("pk", flat=True)])
    with happened_at(until):
        for user in User.objects.filter(pk__in=unread.values("user")):
            mark_read(user=user, until=until)


def _result(learner: DemoLearner) -> dict[str, object]:
    """The latent profile as a result of the profiler would put it."""
    profile = dict(learner.profile or {})
    ranked = sorted(profile, key=lambda track: (-profile[track], track))
    margin = profile[ranked[0]] - profile[ranked[1]]
    confidence = "low"
    if margin >= MEDIUM_MARGIN:
        confidence = "high" if margin >= HIGH_MARGIN else "medium"
    return {
        "scores": {str(track): round(score, 2) for track, score in profile.items()},
        "primary": str(ranked[0]),
        "secondary": [str(track) for track in ranked[1:3]],
        "confidence": confidence,
    }
