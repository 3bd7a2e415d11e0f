"""The sponsor of the academy's seats, and the learners who let sponsors see their name."""

from datetime import timedelta

from core.access.services import Scope, grant
from core.cohorts.models import SEATED
from core.demo.cohorts import Academy
from core.kit.past import happened_at
from core.users.models import Consent, User
from core.users.preferences import record_consent
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.vocabulary import Role

NAMED_OF_EVERY = 4
CONSENT_VERSION = "1"


def plant_sponsorship(academy: Academy, sponsor: User) -> None:
    """The sponsor, of another organization, has the role in the academy too."""
    ours = academy.organization.pk
    with happened_at(sponsor.created_at + timedelta(days=1)):
        scope = Scope(ScopeKind.ORGANIZATION, organization_id=ours)
        grant(user_id=sponsor.pk, role=Role.SPONSOR, scope=scope)
    enrolled = User.objects.filter(
        enrolments__cohort__organization=ours, enrolments__state__in=SEATED
    )
    for learner in enrolled.distinct().order_by("pk")[::NAMED_OF_EVERY]:
        record_consent(
            user=learner, kind=Consent.Kind.SPONSOR_SEES_NAME, given=True, version=CONSENT_VERSION
        )
