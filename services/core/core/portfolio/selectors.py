"""Reads of portfolios: one's own, and by everybody who has the address of a public one."""

from typing import NamedTuple

from django.db.models import Prefetch, QuerySet

from core.certificates.models import Certificate
from core.kit.errors import NotFound
from core.portfolio.models import IS_SHOWN, Portfolio, PortfolioItem
from core.submissions.models import Artifact, ArtifactKind, Submission
from core.users.guardians import minors
from core.users.models import User
from ongoza_contracts.certificates import CertificateState
from ongoza_contracts.submissions import SubmissionState

SHOWN_KINDS = (ArtifactKind.TEXT, ArtifactKind.LINK)
"""Files stay private: they hold more than what one sees of them, such as who wrote them where."""
SHOWN_CHARACTERS = 100_000
"""Of the texts on one page, which anybody may open. Work that goes beyond is shown without them."""


class ShownItem(NamedTuple):
    item: PortfolioItem
    artifacts: list[Artifact]


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


def shown_items(portfolio: Portfolio) -> list[ShownItem]:
    """What the portfolio shows now: passed work and valid certificates."""
    if portfolio.revision == 0:
        return []
    artifacts = Artifact.objects.filter(kind__in=SHOWN_KINDS)
    rows = portfolio.items.filter(IS_SHOWN)
    rows = rows.select_related("certificate", "submission__mission__content")
    rows = rows.prefetch_related(Prefetch("submission__artifact_set", artifacts))
    found, left = [], SHOWN_CHARACTERS
    for item in rows:
        work = item.submission if item.shows_work else None
        handed_in = [*work.artifact_set.all()] if work else []
        left -= sum(len(one.text) for one in handed_in)
        found.append(ShownItem(item, handed_in if left >= 0 else []))
    return found
