"""The settings of drf-spectacular, which writes core's OpenAPI documents."""

from typing import Any

from core.kit.choices import enum_choices
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.calendars import CalendarEventState
from ongoza_contracts.certificates import CertificateState
from ongoza_contracts.coaching import (
    GoalState,
    HabitEntryState,
    HabitSchedule,
    HabitState,
    Mood,
    ReflectionTag,
)
from ongoza_contracts.cohorts import CohortState, EnrolmentState, PoolKind
from ongoza_contracts.http.reconcile import KINDS
from ongoza_contracts.list_views import DismissalKind, ListSurface
from ongoza_contracts.mentorship import MatchEndReason, MatchState, SessionParty, SessionState
from ongoza_contracts.missions import LatePolicy, MissionState, MissionType
from ongoza_contracts.reviews import ReviewKind, ReviewOutcome
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.subscriptions import (
    EntitlementSource,
    Feature,
    InvoiceState,
    PlanInterval,
    SubscriptionState,
)
from ongoza_contracts.suggestions import SuggestionCheck, SuggestionVerdict
from ongoza_contracts.vocabulary import (
    ID_MAX,
    AnswerFlag,
    Confidence,
    ContentType,
    ProgressSource,
    ProgressStatus,
    Role,
    Track,
    Verdict,
)

SETTINGS: dict[str, Any] = {
    "TITLE": "Ongoza CyberHub: core",
    "DESCRIPTION": "The system of record: users, organizations, programs, progress, profiling.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "OAS_VERSION": "3.1.0",
    "DEFAULT_GENERATOR_CLASS": "core.kit.openapi.PublicDocument",
    "GET_LIB_DOC_EXCLUDES": "core.kit.openapi.classes_without_description",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.kit.openapi.complete",
    ],
    "COMPONENT_SPLIT_REQUEST": True,
    "GENERIC_ADDITIONAL_PROPERTIES": "bool",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "PATH_CONVERTER_OVERRIDES": {
        "id": {"type": "integer", "minimum": 1, "maximum": ID_MAX},
        "kind": {"type": "string", "enum": [*KINDS]},
    },
    "ENUM_NAME_OVERRIDES": {  # the names that ai's document has too
        **{
            kind.__name__: enum_choices(kind)
            for kind in (
                *(AnswerFlag, CalendarEventState, CertificateState, CohortState, Confidence),
                *(
                    ContentType,
                    DismissalKind,
                    EnrolmentState,
                    EntitlementSource,
                    Feature,
                    GoalState,
                ),
                ListSurface,
                *(HabitEntryState, HabitSchedule, HabitState, InvoiceState, LatePolicy),
                *(MatchEndReason, MatchState, MissionState, MissionType, Mood, PlanInterval),
                *(PoolKind, ProgressSource, ProgressStatus, ReflectionTag, ReviewKind),
                *(ReviewOutcome, Role, ScopeKind, SessionParty, SessionState, SubmissionState),
                *(SuggestionCheck, SuggestionVerdict),
                *(SubscriptionState, Track, Verdict),
            )
        },
        "ActionKind": "core.dashboard.serializers.ACTION_KINDS",
        "AiPart": "core.dashboard.serializers.PARTS",
        "OverviewEventKind": "core.dashboard.serializers.EVENT_KINDS",
        "RiskRule": "core.director_dashboard.serializers.RULES",
        "SeatOutcome": "core.sponsor_dashboard.serializers.OUTCOMES",
        "StaffResponseKind": "core.director_dashboard.serializers.RESPONSES",
        "FlagKind": "core.mentorship.flags_serializers.KINDS",
        "FlagSeverity": "core.mentorship.flags_serializers.SEVERITIES",
        "ReportReason": "core.conduct.models.REASONS",
        "ReportState": "core.conduct.models.STATES",
        "ReportOutcome": "core.conduct.models.OUTCOMES",
        "ReportAction": "core.conduct.models.ACTIONS",
        "CohortAction": "core.cohorts.serializers.ACTIONS",
        "BulkEnrolmentResult": "core.cohorts.serializers.RESULTS",
        "Currency": "core.subscriptions.models.CURRENCIES",
        "PaymentState": "core.subscriptions.models.CHARGE_STATES",
        "GivenSource": "core.subscriptions.serializers.GIVEN_SOURCES",
        "WaitingReason": "core.cohorts.serializers.REASONS",
        "GivenEndReason": "core.mentorship.serializers.GIVEN_REASONS",
        "MentorshipRequestState": "core.mentorship.models.REQUEST_STATES",
        "QuestionKind": "core.quizzes.models.KINDS",
        "ClaimState": "core.reviews.models.CLAIM_STATES",
        "ClaimEnd": "core.reviews.serializers.RETURNED",
        "ArtifactKind": "core.submissions.models.ARTIFACT_KINDS",
        "BodyLanguage": "core.lessons.models.LANGUAGES",
        "BodyState": "core.lessons.models.STATES",
        "CompletedBy": "core.programs.models.COMPLETED_BY",
        "PrerequisitesPolicy": "core.programs.models.Program.PrerequisitesPolicy",
        "OrganizationKind": "core.organizations.models.Organization.Kind",
        "Readiness": ["ok", "degraded"],
        "ProfilingStatus": "core.profiling.models.ProfilingSession.Status",
        "JobState": "core.jobs.models.STATES",
        "Locale": "core.users.models.Preferences.Locale",
        "ApiTokenScope": "core.users.serializers.SCOPE_WORDS",
        "ConsentKind": "core.users.models.Consent.Kind",
        "TrackSource": "core.users.models.TrackChoice.Source",
        "UploadState": "core.files.models.UPLOAD_STATES",
        "ImportState": "core.imports.models.STATES",
        "TableExportKind": "core.exports.models.KINDS",
        "FileState": "core.exports.models.STATES",
        "TableFormat": "core.exports.models.FORMATS",
        "ExportState": "core.export.selectors.STATES",
        "InvitedRole": "core.organizations.invitation_serializers.ROLES",
        "InvitationStatus": "core.organizations.models.Invitation.Status",
        "NotificationChannel": "core.notifications.models.Channel",
        "WebhookFactType": "core.webhooks.serializers.TYPE_CHOICES",
        "DeliveryState": "core.webhooks.models.DELIVERY_STATES",
    },
}
