"""THE CATALOGUE: every topic, what it is for, who writes and reads it, how long it is kept.

Topics are created from these rows and never by the broker itself. Partition counts never change for
a topic in use: a learner's facts would lose their order.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ongoza_contracts.calendars import CalendarEventUpdated
from ongoza_contracts.certificates import CertificateUpdated
from ongoza_contracts.coaching import GoalUpdated, HabitEntryUpdated, HabitUpdated
from ongoza_contracts.cohorts import CohortUpdated, EnrolmentUpdated
from ongoza_contracts.content import ContentPublished, ContentRetired
from ongoza_contracts.event import Fact, FactDeclarationError
from ongoza_contracts.feedback import FeedbackGiven
from ongoza_contracts.list_views import DismissalUpdated, ListViewUpdated
from ongoza_contracts.memberships import MembershipUpdated
from ongoza_contracts.mentorship import MatchUpdated, SessionUpdated
from ongoza_contracts.missions import MissionUpdated
from ongoza_contracts.profiling import ProfilingAnswered, ProfilingCompleted, ProfilingDeleted
from ongoza_contracts.programs import ProgramVersionPublished
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.quizzes import QuizResultRecorded
from ongoza_contracts.recommendations import RecommendationsRefreshed
from ongoza_contracts.reviews import ReviewUpdated
from ongoza_contracts.sign_ins import SignInEnded, SignInStarted
from ongoza_contracts.submissions import SubmissionUpdated
from ongoza_contracts.subscriptions import (
    EntitlementUpdated,
    InvoiceUpdated,
    PlanUpdated,
    SubscriptionUpdated,
)
from ongoza_contracts.suggestions import SuggestionUpdated
from ongoza_contracts.users import UserCreated, UserErased, UserUpdated

COMPACTED_WITHIN = timedelta(days=7)
"""How long the broker may put off compacting what is old enough, however little there is of it."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    name: str
    what: str
    why: str
    producer: str
    consumers: tuple[str, ...]
    partitions: int
    facts: tuple[type[Fact], ...]
    history: timedelta = timedelta(days=30)
    """Every single fact is kept this long; after it compaction may leave only a key's last one."""

    def __post_init__(self) -> None:
        """One topic carries one kind of entity: compaction knows the key alone."""
        declared = {(f.key_fields, f.partition_field, f.subjects) for f in self.facts}
        if len(declared) != 1 or len({noun_of(fact) for fact in self.facts}) != 1:
            raise FactDeclarationError(f"{self.name}: its facts are not of one kind of entity")

    @property
    def kind(self) -> str:
        """The kind of entity: the topic's name without its prefix."""
        return self.name.removeprefix("ongoza.")

    @property
    def key(self) -> str:
        """The key's fields, in words."""
        return " ':' ".join(map(_in_words, self.facts[0].key_fields))

    @property
    def partition_key(self) -> str:
        """The field that decides the partition, in words."""
        return _in_words(self.facts[0].partition_field)

    @property
    def owned(self) -> bool:
        """Whether its entities belong to users, whose erasure deletes them."""
        return bool(self.facts[0].subjects)

    def config(self) -> dict[str, str]:
        """The broker's settings: the last fact of each key for ever, `history` in full.

        Of a key whose last record has no body nothing is left some time after `history` and
        COMPACTED_WITHIN, provided that its partition is still written: the newest segment is never
        compacted.
        """
        history_ms = _milliseconds(self.history)
        return {
            "cleanup.policy": "compact",
            "min.compaction.lag.ms": history_ms,
            "max.compaction.lag.ms": _milliseconds(self.history + COMPACTED_WITHIN),
            "delete.retention.ms": history_ms,
            "max.message.bytes": str(256 * 1024),
        }


@dataclass(frozen=True, kw_only=True)
class Sunset:
    """That a fact, or a field of one, will be taken away."""

    deprecated: date
    sunset: date
    """The first day on which it may be missing."""
    migration: str
    """A URI that says what to use instead."""


SUNSETS: Mapping[str, Sunset] = {
    f"{fact.type}#tokens_valid_from": Sunset(
        deprecated=date(2026, 11, 26),
        sunset=date(2027, 6, 1),
        migration="https://ongoza.example/facts#token_generation",
    )
    for fact in (UserCreated, UserUpdated)
}
"""By fact type, or `<fact type>#<field>`. Entries stay after the removal. Facts that have a sunset
carry CloudEvents' deprecation attributes, so that consumers see it in the record itself."""


def noun_of(fact: type[Fact]) -> str:
    """The noun of `ongoza.<noun>.<past-tense verb>.v<n>`: the kind of entity."""
    return fact.type.split(".")[1]


def _in_words(field: str) -> str:
    return field.replace("_", " ")


def _milliseconds(time: timedelta) -> str:
    return str(time // timedelta(milliseconds=1))


USERS = Topic(
    name="ongoza.users",
    what="Users: role, track, organization and status, and their erasure.",
    why="Consumers need to know which users exist, and delete the data of erased ones.",
    producer="core",
    consumers=("ai", "engagement_stats", "learner_reminders"),
    partitions=6,
    facts=(UserCreated, UserUpdated, UserErased),
)
CONTENT = Topic(
    name="ongoza.content",
    what="The catalogue of courses, modules and missions, and what was retired.",
    why="Recommendations and search are computed from it.",
    producer="core",
    consumers=("ai",),
    partitions=3,
    facts=(ContentPublished, ContentRetired),
)
PROGRAM_VERSIONS = Topic(
    name="ongoza.program-versions",
    what="The versions of programs: which courses, modules and missions each consists of.",
    why="What a learner still has to do is counted against the version they are enrolled in.",
    producer="core",
    consumers=("ai",),
    partitions=3,
    facts=(ProgramVersionPublished,),
)
PROGRESS = Topic(
    name="ongoza.progress",
    what="Each learner's progress on each item of content.",
    why="Progress is the best evidence for what to recommend next.",
    producer="core",
    consumers=("ai", "engagement_stats", "learner_reminders"),
    partitions=6,
    facts=(ProgressUpdated,),
)
PROFILING = Topic(
    name="ongoza.profiling",
    what="Profiling sessions: the answers so far, the result once completed, or the deletion.",
    why="The track that fits a new learner decides what is recommended to them.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(ProfilingAnswered, ProfilingCompleted, ProfilingDeleted),
)

FEEDBACK = Topic(
    name="ongoza.feedback",
    what="Each learner's feedback on recommended items: not for me, or more like this.",
    why="Rejected items are not recommended again; liked items promote similar ones.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(FeedbackGiven,),
)

MEMBERSHIPS = Topic(
    name="ongoza.memberships",
    what="Who has which role in which organization or cohort or for which learner, and until when.",
    why="Services decide by memberships who may read which learner, without asking core.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(MembershipUpdated,),
)

LIST_VIEWS = Topic(
    name="ongoza.list-views",
    what="A sample of the lists that learners were shown: items, places and what was opened.",
    why="The weights of recommendations are learned from what is opened at which place.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(ListViewUpdated,),
)
DISMISSALS = Topic(
    name="ongoza.dismissals",
    what="What learners do not want to see: an advice, a nudge or a recommendation.",
    why="It is left out of what they are shown.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(DismissalUpdated,),
)

GOALS = Topic(
    name="ongoza.goals",
    what="Learners' goals: target date and state.",
    why="Advice and reminders follow what a learner wants to achieve by when.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(GoalUpdated,),
)
HABITS = Topic(
    name="ongoza.habits",
    what="Learners' habits: schedule, state and pauses.",
    why="Streaks are counted over the days on which a habit is due.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(HabitUpdated,),
)
HABIT_ENTRIES = Topic(
    name="ongoza.habit-entries",
    what="What became of learners' habits, day by day: done, skipped or missed.",
    why="Streaks and strength of habits are counted from these days.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(HabitEntryUpdated,),
)
MISSIONS = Topic(
    name="ongoza.missions",
    what="Missions: state, type, difficulty, attempts allowed, when they are due.",
    why="Advice offers missions that are still due and allowed; consumers know what is practised.",
    producer="core",
    consumers=("ai",),
    partitions=3,
    facts=(MissionUpdated,),
)
SUBMISSIONS = Topic(
    name="ongoza.submissions",
    what="Learners' attempts at missions: state, lateness and score.",
    why="Dashboards and advice follow what learners hand in and what became of it.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(SubmissionUpdated,),
)
SUGGESTIONS = Topic(
    name="ongoza.suggestions",
    what="Suggestions of ai on what learners hand in: verdicts and numbers, no words and no grade.",
    why="How often the checks of suggestions agree with reviews is measured.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(SuggestionUpdated,),
)
REVIEWS = Topic(
    name="ongoza.reviews",
    what="Decided reviews of what learners handed in: outcome, score, deductions, waiting time.",
    why="Consumers see by whom and how soon work is reviewed, and what several reviews came to.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(ReviewUpdated,),
)
CALENDAR_EVENTS = Topic(
    name="ongoza.calendar-events",
    what="Events in the calendars of organizations: times, time zone and state.",
    why="Reminders and plans follow when a group of learners meets.",
    producer="core",
    consumers=("ai",),
    partitions=3,
    facts=(CalendarEventUpdated,),
)
CERTIFICATES = Topic(
    name="ongoza.certificates",
    what="Certificates of completed programs, and their revocation.",
    why="Employers and sponsors see who completed what, by which evidence.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(CertificateUpdated,),
)
QUIZ_RESULTS = Topic(
    name="ongoza.quiz-results",
    what="Submitted attempts at quizzes: score, numbers of questions and of right answers.",
    why="Consumers see what learners were shown to know, not only what they report; ai stores it.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(QuizResultRecorded,),
)
COHORTS = Topic(
    name="ongoza.cohorts",
    what="Cohorts: organization, program version, dates, state and the sizes of their seat pools.",
    why="Dashboards and advice follow when a group of learners takes a program.",
    producer="core",
    consumers=("ai",),
    partitions=3,
    facts=(CohortUpdated,),
)
ENROLMENTS = Topic(
    name="ongoza.enrolments",
    what="Learners' enrolments in cohorts: state, pool of the seat and pinned program version.",
    why="Services decide by enrolments which program a learner takes, and count seats by them.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(EnrolmentUpdated,),
)
PLANS = Topic(
    name="ongoza.plans",
    what="Plans: features with their limits, prices by currency, length of the trial.",
    why="Consumers see what a subscription opens and costs.",
    producer="core",
    consumers=("ai",),
    partitions=3,
    facts=(PlanUpdated,),
)
SUBSCRIPTIONS = Topic(
    name="ongoza.subscriptions",
    what="Subscriptions of users to plans: state, period and what follows it.",
    why="Dashboards count who pays, tries out, is late or has left.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(SubscriptionUpdated,),
)
INVOICES = Topic(
    name="ongoza.invoices",
    what="Invoices of subscriptions: amount, period and whether they are paid.",
    why="Reports add up what was asked for and paid, by currency.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(InvoiceUpdated,),
)
ENTITLEMENTS = Topic(
    name="ongoza.entitlements",
    what="Features that users may use, until when, and whether paid, sponsored or given.",
    why="What limits a feature asks these alone, and no payment.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(EntitlementUpdated,),
)
MATCHES = Topic(
    name="ongoza.matches",
    what="Mentors and learners who work together, and why this ended.",
    why="Dashboards show mentors' load, and which learners have a mentor.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(MatchUpdated,),
)
SESSIONS = Topic(
    name="ongoza.sessions",
    what="Sessions of mentors and learners: times, zones, state and who missed one.",
    why="Dashboards and advice follow when a learner met their mentor.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(SessionUpdated,),
)
SIGN_INS = Topic(
    name="ongoza.sign-ins",
    what="Sign-ins of users on devices, and their end.",
    why="A service refuses the tokens of an ended sign-in without asking core.",
    producer="core",
    consumers=("ai",),
    partitions=6,
    facts=(SignInStarted, SignInEnded),
)
RECOMMENDATIONS = Topic(
    name="ongoza.recommendations",
    what="Each learner's list of recommendations, after every change.",
    why="Other teams base reminders, reports and plans on what is recommended.",
    producer="ai",
    consumers=("learner_reminders",),
    partitions=6,
    facts=(RecommendationsRefreshed,),
)

TOPICS: tuple[Topic, ...] = (
    USERS,
    CONTENT,
    PROGRAM_VERSIONS,
    PROGRESS,
    PROFILING,
    FEEDBACK,
    LIST_VIEWS,
    DISMISSALS,
    MEMBERSHIPS,
    GOALS,
    HABITS,
    HABIT_ENTRIES,
    MISSIONS,
    SUBMISSIONS,
    SUGGESTIONS,
    REVIEWS,
    CALENDAR_EVENTS,
    CERTIFICATES,
    QUIZ_RESULTS,
    COHORTS,
    ENROLMENTS,
    PLANS,
    SUBSCRIPTIONS,
    INVOICES,
    ENTITLEMENTS,
    MATCHES,
    SESSIONS,
    SIGN_INS,
    RECOMMENDATIONS,
)

TOPIC_BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}
FACT_TYPES: dict[str, type[Fact]] = {fact.type: fact for topic in TOPICS for fact in topic.facts}
_TOPIC_OF: dict[type[Fact], Topic] = {fact: topic for topic in TOPICS for fact in topic.facts}


def topic_of(fact_type: type[Fact]) -> Topic:
    """The one topic that carries `fact_type`. Raises KeyError for a class outside the catalogue."""
    return _TOPIC_OF[fact_type]


def partition_for(partition_key: str, partitions: int) -> int:
    """CRC-32 of the UTF-8 bytes, modulo: stated here because Kafka clients' defaults differ."""
    return zlib.crc32(partition_key.encode()) % partitions
