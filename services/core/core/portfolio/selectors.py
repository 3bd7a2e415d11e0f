"""Reads of portfolios: one's own, and by everybody who has the address of a public one."""

from django.db.models import Prefetch, QuerySet

from core.certificates.models import Certificate
from core.kit.errors import NotFound
from core.portfolio.models import Portfolio, PortfolioItem
from core.submissions.models import Artifact, ArtifactKind, Submission
from core.users.guardians import minors
from core.users.models import User
from ongoza_contracts.certificates import CertificateState
from ongoza_contracts.submissions import SubmissionState

SHOWN_KINDS = (ArtifactKind.TEXT, ArtifactKind.LINK)
"""Files stay private: they hold more than what one sees of them, such as who wrote them where."""


def own_works(user: User) -> QuerySet[Submission]:
    return Submission.objects.filter(user=user, state=SubmissionState.PASSED)


def own_certificates(user: User) -> QuerySet[Certificate]:
    return Certificate.objects.filter(user=user, state=CertificateState.VALID)


def own_portfolio(user: User) -> Portfolio:
    """An empty one that is not stored for somebody who has none."""
    return Portfolio.objects.filter(user=user).first() or Portfolio(user=user)


def public_portfolio(address: str) -> Portfolio:
    """Raises NotFound for an address that leads nowhere any more, and for the portfolio of an
    account that is locked or of a minor."""
    rows = Portfolio.objects.filter(address=address, user__is_active=True).select_related("user")
    found = rows.exclude(user__in=minors().values("user")).first()
    if found is None:
        raise NotFound
    return found


def shown_items(portfolio: Portfolio) -> list[PortfolioItem]:
    """What the portfolio shows now: passed work and valid certificates."""
    if portfolio.revision == 0:
        return []
    artifacts = Artifact.objects.filter(kind__in=SHOWN_KINDS)
    rows = portfolio.items.select_related("certificate", "submission__mission__content")
    found = rows.prefetch_related(Prefetch("submission__artifact_set", artifacts))
    return [one for one in found if _is_shown(one)]


def _is_shown(item: PortfolioItem) -> bool:
    if item.submission is not None:
        return item.submission.state == SubmissionState.PASSED
    return item.certificate is not None and item.certificate.state == CertificateState.VALID
