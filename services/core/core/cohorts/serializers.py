from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.cohorts.bulk import ROWS_MAX, Result
from core.cohorts.completion import requirements
from core.cohorts.models import Announcement, Code, Cohort, Enrolment, SeatPool
from core.cohorts.payments import prices_of
from core.cohorts.vacancies import Vacancies, WaitingReason
from core.cohorts.waiting import ListMovement, closed_lists, movement, place_of
from core.kit.choices import enum_choices
from core.kit.serializers import AwareDateTimeField, ProseField, StrictSerializer
from core.programs.models import Program
from core.subscriptions.charges import charges_of
from core.subscriptions.models import CURRENCIES, Charge
from core.subscriptions.money import Money
from core.subscriptions.serializers import GatewaysField, PayRequest
from core.users.preference_serializers import time_zones
from ongoza_contracts.cohorts import EnrolmentState, PoolKind
from ongoza_contracts.subscriptions import AMOUNT_MAX
from ongoza_contracts.vocabulary import ID_MAX

POOL_SIZE_MAX = 100_000
RESULTS, REASONS = enum_choices(Result), enum_choices(WaitingReason)
ACTIONS = [(name, name.title()) for name in ("open", "start", "close", "reopen")]


class PriceSerializer(StrictSerializer):
    currency = serializers.ChoiceField(choices=CURRENCIES)
    amount = serializers.IntegerField(
        min_value=1,
        max_value=AMOUNT_MAX,
        help_text="In minor units of ISO 4217: 150000 are KES 1500.00.",
    )


class PayablePriceSerializer(PriceSerializer):
    gateways = GatewaysField()


class PricesField(serializers.ListField):
    child = PriceSerializer()

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=len(CURRENCIES), **options)

    def to_internal_value(self, data: Any) -> list[Money]:
        prices = [Money(one["amount"], one["currency"]) for one in super().to_internal_value(data)]
        if len({price.currency for price in prices}) != len(prices):
            raise serializers.ValidationError("Name each currency once.", "repeated")
        return prices


class PoolSerializer(serializers.ModelSerializer[SeatPool]):
    prices = PriceSerializer(many=True, read_only=True)

    class Meta:
        model = SeatPool
        fields = ("kind", "size", "needs_code", "prices")
        read_only_fields = fields


class CohortProgramSerializer(serializers.ModelSerializer[Program]):
    class Meta:
        model = Program
        fields = ("id", "slug", "title", "retired")
        read_only_fields = fields


class CohortSerializer(serializers.ModelSerializer[Cohort]):
    program = CohortProgramSerializer(source="program_version.program", read_only=True)
    pools = PoolSerializer(many=True, read_only=True)

    class Meta:
        model = Cohort
        fields = (
            *("id", "organization", "program", "program_version", "name", "state"),
            *("time_zone", "starts_on", "ends_on", "public", "pools", "created_at", "updated_at"),
        )
        read_only_fields = fields


class PoolSeatsSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=enum_choices(PoolKind))
    size = serializers.IntegerField()
    needs_code = serializers.BooleanField()
    prices = PriceSerializer(many=True)
    free = serializers.IntegerField(help_text="Seats that are neither taken nor offered.")


class CohortSeatsSerializer(serializers.Serializer[Vacancies]):
    pools = PoolSeatsSerializer(many=True, source="pool_seats")


class UpdateCohortRequest(StrictSerializer):
    name = serializers.CharField(max_length=120)
    program_version = serializers.UUIDField(
        source="program_version_id", help_text="The version that new enrolments follow."
    )
    time_zone = serializers.CharField(max_length=64, default="UTC")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    public = serializers.BooleanField(default=False)

    def validate_time_zone(self, value: str) -> str:
        if value not in time_zones():
            raise serializers.ValidationError("There is no such time zone.", "unknown_value")
        return value


class AddCohortRequest(UpdateCohortRequest):
    organization = serializers.IntegerField(source="organization_id", min_value=1, max_value=ID_MAX)


class MoveCohortRequest(StrictSerializer):
    action = serializers.ChoiceField(choices=ACTIONS)


class PoolRequest(StrictSerializer):
    kind = serializers.ChoiceField(choices=enum_choices(PoolKind))
    size = serializers.IntegerField(min_value=0, max_value=POOL_SIZE_MAX)
    needs_code = serializers.BooleanField(default=False)
    prices = PricesField(
        required=False,
        help_text="For the pool paid alone. Without them the prices stay as they are.",
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("prices") and values["kind"] != PoolKind.PAID:
            raise serializers.ValidationError({"prices": ["Only the pool paid has prices."]})
        return values


class SetPoolsRequest(StrictSerializer):
    pools = serializers.ListField(child=PoolRequest(), max_length=len(PoolKind))

    def validate_pools(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({pool["kind"] for pool in value}) != len(value):
            raise serializers.ValidationError("Name each kind once.", "repeated")
        return value


class EnrolmentSerializer(serializers.ModelSerializer[Enrolment]):
    accepted_pools = serializers.ListField(
        child=serializers.ChoiceField(choices=enum_choices(PoolKind)), read_only=True
    )

    class Meta:
        model = Enrolment
        fields = (
            *("id", "user", "cohort", "program_version", "state", "accepted_pools", "pool"),
            *("expires_at", "activated_at", "completed_at", "previous_id"),
            *("created_at", "updated_at"),
        )
        read_only_fields = fields


class ListMovementSerializer(serializers.Serializer[ListMovement]):
    cohorts = serializers.IntegerField(
        help_text="The last closed cohorts of the program in the organization that had a list."
    )
    least = serializers.IntegerField(
        allow_null=True, help_text="In places. Null where too few cohorts are known to say it."
    )
    most = serializers.IntegerField(allow_null=True)


class PaymentSerializer(serializers.ModelSerializer[Charge]):
    class Meta:
        model = Charge
        fields = (
            *("id", "gateway", "currency", "amount", "state"),
            *("created_at", "paid_at", "refunded_at"),
        )
        read_only_fields = fields


class EnrolmentDetailSerializer(EnrolmentSerializer):
    prices = PayablePriceSerializer(
        many=True,
        read_only=True,
        help_text="What is to be paid. Empty where nothing is, or staff confirms the payment.",
    )
    payments = PaymentSerializer(
        many=True,
        read_only=True,
        help_text="What gateways were asked for in the learner's enrolments there, oldest first.",
    )
    waiting_reason = serializers.ChoiceField(choices=REASONS, allow_null=True, read_only=True)
    place = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="On the waiting list, from 1."
    )
    list_movement = ListMovementSerializer(read_only=True, allow_null=True)
    required_done = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Null for who may not read the progress."
    )
    required_total = serializers.IntegerField(
        read_only=True, help_text="Modules, missions and courses without modules."
    )
    missing = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        allow_null=True,
        help_text="Content ids. Null for who may not read the progress.",
    )

    class Meta(EnrolmentSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *EnrolmentSerializer.Meta.fields,
            *("prices", "payments", "waiting_reason", "place", "list_movement"),
            *("required_done", "required_total", "missing"),
        )

    def to_representation(self, instance: Enrolment) -> dict[str, Any]:
        found = requirements(instance.user_id, instance.program_version_id)
        reads_progress = self.context["reads_progress"]
        own = Enrolment.objects.filter(cohort=instance.cohort_id, user=instance.user_id)
        return {
            **EnrolmentSerializer(instance).data,
            **_waiting(instance),
            "prices": PayablePriceSerializer(prices_of(instance), many=True).data,
            "payments": PaymentSerializer(
                charges_of(own.values_list("pk", flat=True)), many=True
            ).data,
            "required_done": found.required_done if reads_progress else None,
            "required_total": found.required_total,
            "missing": found.missing if reads_progress else None,
        }


def _waiting(row: Enrolment) -> dict[str, Any]:
    if row.state != EnrolmentState.APPLIED:
        return {"waiting_reason": None, "place": None, "list_movement": None}
    return {
        "waiting_reason": Vacancies(row.cohort).waiting_reason(row),
        "place": place_of(row),
        "list_movement": ListMovementSerializer(movement(closed_lists(row))).data,
    }


class WaitingEntrySerializer(serializers.ModelSerializer[Enrolment]):
    """An entry of a waiting list, with the reason why it waits."""

    accepted_pools = serializers.ListField(
        child=serializers.ChoiceField(choices=enum_choices(PoolKind)), read_only=True
    )
    waiting_reason = serializers.SerializerMethodField()

    class Meta:
        model = Enrolment
        fields = ("id", "user", "accepted_pools", "waiting_reason", "created_at")
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=REASONS))
    def get_waiting_reason(self, row: Enrolment) -> str:
        vacancies: Vacancies = self.context["vacancies"]
        return vacancies.waiting_reason(row)


class ApplyRequest(StrictSerializer):
    pools = serializers.ListField(
        child=serializers.ChoiceField(choices=enum_choices(PoolKind)),
        default=list,
        max_length=len(PoolKind),
        help_text="The pools of which the learner takes a seat.",
    )
    code = serializers.CharField(
        max_length=32, required=False, help_text="Adds its pool, and a right to its seats."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["pools"] and "code" not in attrs:
            raise serializers.ValidationError({"pools": ["Name a pool or a code."]}, "required")
        return attrs


class ConfirmPaymentRequest(StrictSerializer):
    reference = serializers.CharField(
        max_length=120, help_text="By which the payment is found, such as a receipt's number."
    )


class PaySeatRequest(PayRequest):
    currency = serializers.ChoiceField(choices=CURRENCIES)
    gateway = serializers.CharField(
        source="gateway_name",
        max_length=16,
        required=False,
        help_text="stripe or mpesa; without it the first that takes the currency.",
    )


class TransferRequest(StrictSerializer):
    cohort = serializers.UUIDField(source="cohort_id")
    pool = serializers.ChoiceField(choices=enum_choices(PoolKind))


class EnrolManyRequest(StrictSerializer):
    emails = serializers.ListField(
        child=serializers.CharField(max_length=254), min_length=1, max_length=ROWS_MAX
    )
    pool = serializers.ChoiceField(choices=enum_choices(PoolKind))
    dry_run = serializers.BooleanField(default=False)


class RowResultSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="Counts the addresses from 1.")
    result = serializers.ChoiceField(choices=RESULTS)
    enrolment = serializers.UUIDField(source="enrolment.pk", default=None, allow_null=True)
    state = serializers.ChoiceField(
        source="enrolment.state",
        choices=enum_choices(EnrolmentState),
        default=None,
        allow_null=True,
    )


class EnrolManySerializer(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField()
    results = RowResultSerializer(many=True)


class CodeSerializer(serializers.ModelSerializer[Code]):
    prices = PriceSerializer(many=True, read_only=True)

    class Meta:
        model = Code
        fields = (
            *("id", "cohort", "pool", "code", "max_uses", "uses", "ends_at", "prices"),
            "created_at",
        )
        read_only_fields = fields


class AddCodeRequest(StrictSerializer):
    cohort = serializers.UUIDField(source="cohort_id")
    pool = serializers.ChoiceField(choices=enum_choices(PoolKind))
    max_uses = serializers.IntegerField(min_value=1, max_value=POOL_SIZE_MAX)
    ends_at = AwareDateTimeField()
    prices = PricesField(
        required=False, help_text="For who applies with it: lower than those of the pool paid."
    )

    def validate_ends_at(self, value: datetime) -> datetime:
        if value <= timezone.now():
            raise serializers.ValidationError("This must be in the future.", "out_of_range")
        return value


class AnnouncementSerializer(serializers.ModelSerializer[Announcement]):
    class Meta:
        model = Announcement
        fields = ("id", "cohort", "author", "title", "text", "created_at")
        read_only_fields = fields


class AnnounceRequest(StrictSerializer):
    title = serializers.CharField(max_length=200)
    text = ProseField(max_length=4000)
