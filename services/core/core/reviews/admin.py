"""The queue and the claims in the admin: claims are taken away by the service."""

from typing import cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from core.kit.admin import ReadOnlyAdmin
from core.kit.admin_actions import ConfirmationForm, service_action
from core.reviews import services
from core.reviews.models import Claim, ClaimState, QueueEntry, Review, ReviewDraft
from core.users.models import User


@admin.register(QueueEntry)
class QueueEntryAdmin(ReadOnlyAdmin):
    list_display = ("submission", "wanted", "first_submitted_at", "promised_by", "escalated_at")
    list_filter = ("second_opinion", "submission__mission")

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("submission__user", "submission__mission")

    @admin.display(description="Waits for", ordering="second_opinion")
    def wanted(self, entry: QueueEntry) -> str:
        return "Second opinion" if entry.second_opinion else "Review"


class ReasonForm(ConfirmationForm):
    reason = forms.CharField(
        max_length=1000,
        help_text="The reviewer is notified of it.",
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    list_display = ("reviewer", "submission", "shown_state", "claimed_at", "until", "extensions")
    list_filter = ("state",)
    actions_detail = ("take_away",)

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("reviewer", "submission__user", "submission__mission")

    @display(  # type: ignore[untyped-decorator]
        description="State", ordering="state", label={"Open": "warning", "Decided": "success"}
    )
    def shown_state(self, claim: Claim) -> str:
        return claim.get_state_display()

    @service_action(
        "Take away",
        explanation="The work goes back to the queue; the draft stays for the next reviewer.",
        form=ReasonForm,
    )
    def take_away(self, request: HttpRequest, claim: Claim) -> None:
        if claim.state != ClaimState.OPEN:
            raise services.NotClaimed
        services.take_away(
            caller=cast(User, request.user),
            submission_id=claim.submission_id,
            reason=request.POST["reason"].strip(),
        )


@admin.register(ReviewDraft)
class ReviewDraftAdmin(ReadOnlyAdmin):
    list_display = ("submission", "reviewer", "saved_at")

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("reviewer", "submission__user", "submission__mission")


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ("submission", "kind", "outcome", "score", "reviewer", "decided_at")
    list_filter = ("kind", "outcome")

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("reviewer", "submission__user", "submission__mission")
