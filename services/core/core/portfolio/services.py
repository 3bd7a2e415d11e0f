"""Everything that changes portfolios."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from core.kit.errors import Conflict, NotFound
from core.kit.etags import IfMatch
from core.kit.limits import lock_parent
from core.portfolio.models import Portfolio, PortfolioItem
from core.portfolio.selectors import own_certificates, own_portfolio, own_works
from core.users.guardians import minors
from core.users.models import User

ADDRESS_BYTES = 24


class UnknownWork(Conflict):
    """Names the first thing that cannot be shown."""

    code = "unknown_work"


class MinorHasNoPage(Conflict):
    code = "minor_has_no_page"
    detail = "A portfolio of somebody under age is not made public."


class NewItem(NamedTuple):
    """A thing to show: exactly one of the ids."""

    submission: UUID | None
    certificate: UUID | None
    shows_work: bool


def set_portfolio(
    *,
    user: User,
    headline: str,
    about: str,
    may_be_indexed: bool,
    items: Sequence[NewItem],
    if_match: IfMatch | None = None,
) -> Portfolio:
    """Replace what the portfolio shows; its address stays.

    Raises UnknownWork for what is not the user's passed work or valid certificate,
    PreconditionFailed and Busy.
    """
    works = {*own_works(user).values_list("pk", flat=True)}
    certificates = {*own_certificates(user).values_list("pk", flat=True)}
    for one in items:
        if one.submission not in {None, *works} or one.certificate not in {None, *certificates}:
            raise UnknownWork(f"{one.submission or one.certificate} is not there to be shown.")
    with lock_parent(User.objects.filter(pk=user.pk)):
        portfolio = own_portfolio(user)
        if if_match:
            if_match.require(portfolio)
        portfolio.headline, portfolio.about = headline, about
        portfolio.may_be_indexed = may_be_indexed
        portfolio.save()
        portfolio.items.all().delete()
        PortfolioItem.objects.bulk_create(
            PortfolioItem(
                portfolio=portfolio,
                position=place,
                submission_id=one.submission,
                certificate_id=one.certificate,
                shows_work=one.shows_work,
            )
            for place, one in enumerate(items)
        )
    return portfolio


def issue_address(*, user: User) -> Portfolio:
    """Make the portfolio public under a new address; the former one leads nowhere any more.

    Raises MinorHasNoPage and Busy.
    """
    if minors().filter(user=user).exists():
        raise MinorHasNoPage
    with lock_parent(User.objects.filter(pk=user.pk)):
        portfolio = own_portfolio(user)
        portfolio.address = secrets.token_urlsafe(ADDRESS_BYTES)
        portfolio.save()
    return portfolio


def withdraw_address(*, user: User) -> None:
    """Raises NotFound for a portfolio that is not public, and Busy."""
    with lock_parent(User.objects.filter(pk=user.pk)):
        portfolio = own_portfolio(user)
        if portfolio.address is None:
            raise NotFound
        portfolio.address = None
        portfolio.save()
