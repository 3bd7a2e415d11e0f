"""Plans of the demo, and three learners who have features for different reasons."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.demo.cohorts import Academy, Member
from core.kit import clock
from core.kit.past import happened_at
from core.subscriptions import sandbox
from core.subscriptions.entitlements import grant_entitlement
from core.subscriptions.gateways import has_gateway
from core.subscriptions.models import Plan, SandboxInvoice
from core.subscriptions.money import Money
from core.subscriptions.plans import set_plan
from core.subscriptions.services import request_payment, settle, subscribe
from core.users.models import User
from ongoza_contracts.subscriptions import EntitlementSource, Feature, InvoiceState

GIVEN, PAID = timedelta(days=60), timedelta(days=10)
"""How long ago."""
HABITS_GIVEN = 40


def plant_plans() -> None:
    """The default plan has what is open without any plan."""
    mentorship = {Feature.MENTORSHIP: None}
    set_plan(slug="free", title="Free", rank=0, features=mentorship, is_default=True)
    set_plan(
        slug="plus",
        title="Plus",
        rank=10,
        features={**mentorship, Feature.HABITS: 50},
        prices=[Money(150_000, "KES"), Money(15_000, "RWF"), Money(1_200, "USD")],
    )
    set_plan(
        slug="pro",
        title="Pro",
        rank=20,
        features={**mentorship, Feature.HABITS: 100},
        prices=[Money(400_000, "KES"), Money(40_000, "RWF"), Money(3_200, "USD")],
        trial_days=14,
    )


def plant_subscriptions(academy: Academy, members: Sequence[Member]) -> None:
    """One learner of the academy is sponsored, one has a scholarship, one pays where there is the
    sandbox. They joined before that, and the demo's guide is none of them."""
    now = clock.now()
    joined = [one.user_id for one in members[1:] if one.joined_at < now - GIVEN]
    ours = User.objects.filter(pk__in=joined, organization=academy.organization).order_by("pk")
    sources = (EntitlementSource.SPONSORED, EntitlementSource.SCHOLARSHIP)
    learners = [*ours[: len(sources) + 1]]
    for source, learner in zip(sources, learners, strict=False):
        with happened_at(now - GIVEN):
            grant_entitlement(
                granted_by=academy.director,
                user_id=learner.pk,
                feature=Feature.HABITS,
                source=source,
                limit=HABITS_GIVEN,
                ends_at=now + GIVEN,
            )
    for learner in learners[len(sources) :]:
        if has_gateway(sandbox.NAME):
            _plant_payment(learner, now - PAID)


def _plant_payment(learner: User, at: datetime) -> None:
    plus = Plan.objects.get(slug="plus")
    with happened_at(at):
        subscription = subscribe(user=learner, plan_id=plus.pk, currency="KES")
        request_payment(subscription_id=subscription.pk, plan_id=plus.pk)
        invoice = SandboxInvoice.objects.get(subscription=subscription)
        if reference := sandbox.record_payment(invoice.pk, InvoiceState.PAID):
            settle(gateway_name=sandbox.NAME, reference=reference)
