"""Plans, invoices and entitlements in the admin."""

import re
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextareaWidget

from core.kit.admin import ModelAdmin, ReadOnlyAdmin
from core.kit.admin_actions import service_action
from core.subscriptions import charges, entitlements, mpesa, plans
from core.subscriptions.models import Charge, Entitlement, Invoice, MpesaRequest, Plan
from core.subscriptions.prices_field import PricesField
from core.subscriptions.serializers import GIVEN_SOURCES
from core.users.models import User
from ongoza_contracts.http.strict_text import is_whole_number
from ongoza_contracts.subscriptions import (
    COUNTED,
    LIMIT_MAX,
    PLAN_RANK_MAX,
    PLAN_SLUG,
    TRIAL_DAYS_MAX,
    Feature,
)

COLUMNS = ("slug", "title", "rank", "interval", "trial_days", "is_default")
GRANT = ("user", "feature", "source", "limit", "starts_at", "ends_at", "reason")


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """With the features and the prices, one in each line."""

    features = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="One in each line, with a limit if it is counted: mentorship, habits 50.",
    )
    prices = PricesField()

    class Meta:
        model = Plan
        fields = COLUMNS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.version:
            self.initial["features"] = "\n".join(map(str, self.instance.features.all()))
            self.initial["prices"] = "\n".join(map(str, self.instance.prices.all()))

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if not re.match(PLAN_SLUG, slug):
            raise forms.ValidationError("Use small letters, digits and single hyphens.")
        return slug

    def clean_rank(self) -> int:
        return self._at_most("rank", PLAN_RANK_MAX)

    def clean_trial_days(self) -> int:
        return self._at_most("trial_days", TRIAL_DAYS_MAX)

    def _at_most(self, name: str, most: int) -> int:
        number: int = self.cleaned_data[name]
        if number > most:
            raise forms.ValidationError(f"{most} at most.")
        return number

    def clean_features(self) -> dict[Feature, int | None]:
        found: dict[Feature, int | None] = {}
        for line in self.cleaned_data["features"].splitlines():
            name, _, limit = line.strip().partition(" ")
            is_limit = is_whole_number(limit) and int(limit) <= LIMIT_MAX
            if name not in {*Feature} or name in found or (limit and not is_limit):
                raise forms.ValidationError(f"{line!r} is no feature, or is there twice.")
            if is_limit != (Feature(name) in COUNTED):
                raise forms.ValidationError(f"Only {', '.join(COUNTED)} has a limit, and needs it.")
            found[Feature(name)] = int(limit) if limit else None
        return found


@admin.register(Plan)
class PlanAdmin(ModelAdmin):
    form = PlanForm
    list_display = ("title", "slug", "rank", "interval", "trial_days")
    list_filter = ("retired", "is_default")
    search_fields = ("title", "slug")
    fields = (*COLUMNS, "features", "prices", "retired")
    readonly_fields = ("retired",)
    actions = actions_detail = ("retire",)

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        names = (*COLUMNS, "features", "prices")
        values = {name: form.cleaned_data[name] for name in names}
        obj.pk = plans.set_plan(plan_id=obj.pk if change else None, **values).pk
        obj.refresh_from_db()

    @service_action("Retire", explanation="Nobody can subscribe to it. Subscriptions go on.")
    def retire(self, request: HttpRequest, plan: Plan) -> None:
        plans.retire_plan(plan_id=plan.pk)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ("user", "plan", "currency", "amount", "state", "period_starts_at")
    list_filter = ("state", "currency", "gateway")


@admin.register(MpesaRequest)
class MpesaRequestAdmin(ReadOnlyAdmin):
    """A payment to be reversed came when its invoice was paid already."""

    list_display = ("request_id", "invoice", "state", "asked_at")
    list_filter = ("to_reverse", "state")
    actions = actions_detail = ("record_reversal",)

    @service_action("Reversed by hand", explanation="You have sent this payment back.")
    def record_reversal(self, request: HttpRequest, row: MpesaRequest) -> None:
        mpesa.record_reversal(request_pk=row.pk)


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    """The subject is what is paid for, such as an enrolment. M-Pesa's statement names a charge by
    the last 12 digits of its id."""

    list_display = ("id", "subject", "gateway", "currency", "amount", "state", "paid_at")
    list_filter = ("state", "gateway", "currency")
    search_fields = ("=id", "=subject")
    actions = actions_detail = ("record_refund",)

    @service_action(
        "Refunded by hand", explanation="You have sent the money back, and nobody does it again."
    )
    def record_refund(self, request: HttpRequest, charge: Charge) -> None:
        charges.record_refund(charge_id=charge.pk)


class EntitlementForm(forms.ModelForm):  # type: ignore[type-arg]
    source = forms.ChoiceField(choices=GIVEN_SOURCES)

    class Meta:
        model = Entitlement
        fields = GRANT


@admin.register(Entitlement)
class EntitlementAdmin(ModelAdmin):
    form = EntitlementForm
    list_display = ("user", "feature", "source", "limit", "starts_at", "ends_at")
    list_filter = ("source", "feature")
    fields = GRANT
    autocomplete_fields = ("user",)
    actions = actions_detail = ("end",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Entitlement, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in GRANT}
        user_id = values.pop("user").pk
        caller = cast(User, request.user)
        obj.pk = entitlements.grant_entitlement(granted_by=caller, user_id=user_id, **values).pk
        obj.refresh_from_db()

    @service_action("End", explanation="The feature closes, unless something else opens it.")
    def end(self, request: HttpRequest, entitlement: Entitlement) -> None:
        entitlements.end_entitlement(
            ended_by=cast(User, request.user), entitlement_id=entitlement.pk
        )
