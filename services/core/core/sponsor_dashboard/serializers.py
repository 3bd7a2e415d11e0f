from typing import Any

from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.numbers import CountField, Number
from core.sponsor_dashboard import numbers
from core.sponsor_dashboard.numbers import Outcome, Seatless
from core.sponsor_dashboard.selectors import (
    NamedLearner,
    OrganizationNumbers,
    PoolRow,
    SponsorOverview,
    rows_of,
)
from core.subscriptions.models import CURRENCIES, Invoice
from ongoza_contracts.cohorts import CohortState, PoolKind
from ongoza_contracts.subscriptions import InvoiceState

OUTCOMES = enum_choices(Outcome)


def suppressed(number: Number, **options: Any) -> CountField:
    return CountField(number, allow_null=True, **options)


class SeatOutcomesSerializer(serializers.Serializer[Any]):
    """The number of taken seats by what became of them."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {outcome.value: suppressed(numbers.OUTCOMES[outcome]) for outcome in Outcome}


class SeatlessSerializer(serializers.Serializer[Any]):
    """The number of enrolments that take no seat."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {state.value: suppressed(numbers.SEATLESS[state]) for state in Seatless}


class SponsoredOrganizationSerializer(serializers.Serializer[OrganizationNumbers]):
    organization = serializers.IntegerField(source="organization.pk", help_text="Its id.")
    name = serializers.CharField(source="organization.name")
    size = CountField(numbers.SIZE, source="seats.size")
    used = suppressed(numbers.USED, source="seats.used")
    free = suppressed(numbers.FREE, source="seats.free")
    outcomes = SeatOutcomesSerializer(source="seats.outcomes")
    seatless = SeatlessSerializer()


class SponsorInvoiceSerializer(serializers.Serializer[Invoice]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=enum_choices(InvoiceState))
    currency = serializers.ChoiceField(choices=CURRENCIES)
    amount = CountField(numbers.INVOICED)
    period_starts_at = serializers.DateTimeField()
    period_ends_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)


class SponsorOverviewSerializer(serializers.Serializer[SponsorOverview]):
    as_of = serializers.DateTimeField()
    organizations = SponsoredOrganizationSerializer(many=True)
    invoices = SponsorInvoiceSerializer(many=True, help_text="The caller's newest ones.")


class NamedLearnerSerializer(serializers.Serializer[NamedLearner]):
    user = serializers.IntegerField(source="enrolment.user_id", help_text="The learner's id.")
    name = serializers.CharField(source="enrolment.user.full_name")
    outcome = serializers.ChoiceField(choices=OUTCOMES)


class _RowsOfPools(serializers.ListSerializer[Any]):
    def to_representation(self, data: Any) -> Any:
        return super().to_representation(rows_of(data))


class SponsoredSeatsSerializer(serializers.Serializer[PoolRow]):
    organization = serializers.IntegerField(
        source="pool.cohort.organization_id", help_text="Its id."
    )
    cohort = serializers.UUIDField(source="pool.cohort_id")
    cohort_name = serializers.CharField(source="pool.cohort.name")
    state = serializers.ChoiceField(source="pool.cohort.state", choices=enum_choices(CohortState))
    pool = serializers.ChoiceField(source="pool.kind", choices=enum_choices(PoolKind))
    size = CountField(numbers.SIZE, source="seats.size")
    used = suppressed(numbers.USED, source="seats.used")
    free = suppressed(numbers.FREE, source="seats.free")
    outcomes = SeatOutcomesSerializer(source="seats.outcomes")
    learners = NamedLearnerSerializer(
        many=True, help_text="Those who consented to sponsors' seeing their name."
    )
    as_of = serializers.DateTimeField()

    class Meta:
        list_serializer_class = _RowsOfPools
