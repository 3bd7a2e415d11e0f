"""Cohorts and enrolments in the admin: changes go through the services, so they are published."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from core.cohorts import announcements, codes, enrolments, services
from core.cohorts.models import Announcement, Code, Cohort, Enrolment
from core.kit.admin import ModelAdmin, ReadOnlyAdmin
from core.kit.admin_actions import ConfirmationForm, service_action
from core.subscriptions.prices_field import PricesField
from core.users.models import User
from core.users.preference_serializers import time_zones
from ongoza_contracts.cohorts import PoolKind

COLUMNS = ("program_version", "name", "time_zone", "starts_on", "ends_on", "public")


class CohortForm(forms.ModelForm):  # type: ignore[type-arg]
    """With the sizes of the pools; an empty one means that there is no such pool."""

    paid = forms.IntegerField(min_value=0, max_value=100_000, required=False)
    scholarship = forms.IntegerField(min_value=0, max_value=100_000, required=False)
    sponsored = forms.IntegerField(min_value=0, max_value=100_000, required=False)
    needs_code = forms.MultipleChoiceField(
        choices=[(kind.value, kind.title()) for kind in PoolKind],
        required=False,
        help_text="The pools of which learners get a seat by a code only.",
    )

    prices = PricesField(label="Prices of the pool paid")

    class Meta:
        model = Cohort
        fields = ("organization", *COLUMNS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        pools = [*self.instance.pools.all()] if self.instance.version else []
        self.initial.update({pool.kind: pool.size for pool in pools})
        self.initial["needs_code"] = [pool.kind for pool in pools if pool.needs_code]
        if self.instance.version:
            self.initial["prices"] = "\n".join(map(str, self.instance.prices.all()))

    def clean_time_zone(self) -> str:
        name = str(self.cleaned_data["time_zone"])
        if name not in time_zones():
            raise forms.ValidationError("There is no such time zone.")
        return name

    @property
    def pools(self) -> list[services.PoolSpec]:
        return [
            services.PoolSpec(
                kind=kind,
                size=self.cleaned_data[kind],
                needs_code=kind in self.cleaned_data["needs_code"],
                prices=self.cleaned_data["prices"],
            )
            for kind in PoolKind
            if self.cleaned_data[kind] is not None
        ]


@admin.register(Cohort)
class CohortAdmin(ModelAdmin):
    form = CohortForm
    list_display = ("name", "organization", "state", "starts_on", "ends_on")
    list_filter = ("state", "organization")
    search_fields = ("name",)
    fields = ("organization", *COLUMNS, *PoolKind, "needs_code", "prices", "state")
    readonly_fields = ("state",)
    actions = actions_detail = ("open", "start", "close", "reopen")

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return (*super().get_list_select_related(request), "program_version__program")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "organization") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Cohort, form: Any, change: bool) -> None:
        caller = cast(User, request.user)
        columns = {name: form.cleaned_data[name] for name in COLUMNS}
        columns["program_version_id"] = columns.pop("program_version").pk
        if change:
            services.update_cohort(caller=caller, cohort_id=obj.pk, **columns)
        else:
            organization_id = form.cleaned_data["organization"].pk
            added = services.add_cohort(caller=caller, organization_id=organization_id, **columns)
            obj.pk = added.pk
        services.set_pools(caller=caller, cohort_id=obj.pk, pools=form.pools)
        obj.refresh_from_db()

    @service_action("Open", explanation="Learners may apply, and get offers of free seats.")
    def open(self, request: HttpRequest, cohort: Cohort) -> None:
        self._move(request, cohort, "open")

    @service_action("Start", explanation="The program has begun. Free seats are still offered.")
    def start(self, request: HttpRequest, cohort: Cohort) -> None:
        self._move(request, cohort, "start")

    @service_action("Close", explanation="No seats are offered any more. Enrolments stay.")
    def close(self, request: HttpRequest, cohort: Cohort) -> None:
        self._move(request, cohort, "close")

    @service_action("Reopen", explanation="Free seats are offered to those who wait, at once.")
    def reopen(self, request: HttpRequest, cohort: Cohort) -> None:
        self._move(request, cohort, "reopen")

    def _move(self, request: HttpRequest, cohort: Cohort, action: str) -> None:
        caller = cast(User, request.user)
        services.move_cohort(caller=caller, cohort_id=cohort.pk, action=action)


class PaymentForm(ConfirmationForm):
    reference = forms.CharField(
        max_length=120,
        help_text="By which the payment is found, such as a receipt's number.",
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
    )


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ("user", "cohort", "shown_state", "pool", "expires_at", "created_at")
    list_filter = ("state", "pool", "cohort")
    actions = ("suspend", "resume", "withdraw")
    actions_detail = ("confirm_payment", *actions)

    @display(  # type: ignore[untyped-decorator]
        description="State",
        ordering="state",
        label={"Active": "success", "Completed": "success", "Suspended": "warning"},
    )
    def shown_state(self, enrolment: Enrolment) -> str:
        return enrolment.get_state_display()

    @service_action(
        "Confirm the payment",
        explanation="The enrolment becomes active, and the learner a member of the cohort.",
        form=PaymentForm,
    )
    def confirm_payment(self, request: HttpRequest, enrolment: Enrolment) -> None:
        enrolments.confirm_payment(
            caller=cast(User, request.user),
            enrolment_id=enrolment.pk,
            reference=request.POST["reference"].strip(),
        )

    @service_action("Suspend", explanation="The learner leaves the cohort and keeps the seat.")
    def suspend(self, request: HttpRequest, enrolment: Enrolment) -> None:
        enrolments.suspend(caller=cast(User, request.user), enrolment_id=enrolment.pk)

    @service_action("Resume", explanation="The learner is a member of the cohort again.")
    def resume(self, request: HttpRequest, enrolment: Enrolment) -> None:
        enrolments.resume(caller=cast(User, request.user), enrolment_id=enrolment.pk)

    @service_action(
        "Withdraw",
        explanation="The enrolment ends for good, and its seat is offered to the next at once.",
    )
    def withdraw(self, request: HttpRequest, enrolment: Enrolment) -> None:
        enrolments.withdraw(caller=cast(User, request.user), enrolment_id=enrolment.pk)


class AddedOnceAdmin(ModelAdmin):
    """A page of rows that are added and never changed."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CodeForm(forms.ModelForm):  # type: ignore[type-arg]
    lower_prices = PricesField()

    class Meta:
        model = Code
        fields = ("cohort", "pool", "max_uses", "ends_at")


@admin.register(Code)
class CodeAdmin(AddedOnceAdmin):
    form = CodeForm
    list_display = ("code", "cohort", "pool", "uses", "max_uses", "ends_at")
    list_filter = ("pool", "cohort")
    search_fields = ("=code",)
    fields = ("cohort", "pool", "max_uses", "ends_at", "lower_prices")
    actions = actions_detail = ("end",)

    def save_model(self, request: HttpRequest, obj: Code, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in ("pool", "max_uses", "ends_at")}
        values["prices"] = form.cleaned_data["lower_prices"]
        cohort_id = form.cleaned_data["cohort"].pk
        caller = cast(User, request.user)
        obj.pk = codes.add_code(caller=caller, cohort_id=cohort_id, **values).pk
        obj.refresh_from_db()

    def lower_prices(self, code: Code) -> str:
        return ", ".join(map(str, code.prices.all()))

    @service_action("End", explanation="Nobody can use the code any more. Rights stay.")
    def end(self, request: HttpRequest, code: Code) -> None:
        codes.end_code(caller=cast(User, request.user), code_id=code.pk)


@admin.register(Announcement)
class AnnouncementAdmin(AddedOnceAdmin):
    list_display = ("title", "cohort", "author", "created_at")
    list_filter = ("cohort",)
    fields = ("cohort", "title", "text")

    def save_model(self, request: HttpRequest, obj: Announcement, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in ("title", "text")}
        cohort_id = form.cleaned_data["cohort"].pk
        caller = cast(User, request.user)
        obj.pk = announcements.announce(caller=caller, cohort_id=cohort_id, **values).pk
        obj.refresh_from_db()
