"""The queue of reports in the admin. Their texts are in the API alone."""

from typing import cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from core.conduct.models import OUTCOMES, DecisionAction, Outcome, Report
from core.conduct.selectors import queue
from core.conduct.services import decide
from core.kit.admin import ReadOnlyAdmin
from core.kit.admin_actions import ConfirmationForm, service_action
from core.users.models import User


class OutcomeForm(ConfirmationForm):
    outcome = forms.ChoiceField(choices=OUTCOMES, widget=UnfoldAdminSelectWidget)


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("reason", "state", "reporter", "reported", "created_at")
    list_filter = ("state", "reason")
    list_note = "Without reports by you or about you."
    actions = ("take", "dismiss", "reopen")
    actions_detail = (*actions, "resolve")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return queue(cast(User, request.user))

    @service_action("Take", explanation="The report is in review.")
    def take(self, request: HttpRequest, report: Report) -> None:
        self._decide(request, report, DecisionAction.TAKE)

    @service_action("Dismiss", explanation="There was nothing to do. The reporter is notified.")
    def dismiss(self, request: HttpRequest, report: Report) -> None:
        self._decide(request, report, DecisionAction.DISMISS)

    @service_action("Reopen", explanation="The report is in review again.")
    def reopen(self, request: HttpRequest, report: Report) -> None:
        self._decide(request, report, DecisionAction.REOPEN)

    @service_action(
        "Resolve",
        explanation="Notes what was done, and notifies the reporter that the report is decided.",
        form=OutcomeForm,
    )
    def resolve(self, request: HttpRequest, report: Report) -> None:
        self._decide(request, report, DecisionAction.RESOLVE, Outcome(request.POST["outcome"]))

    def _decide(
        self,
        request: HttpRequest,
        report: Report,
        action: DecisionAction,
        outcome: Outcome | None = None,
    ) -> None:
        caller = cast(User, request.user)
        decide(caller=caller, report_id=report.pk, action=action, outcome=outcome)
