"""A field of the admin for prices."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from core.subscriptions.money import ImpossibleAmount, Money, parse_money


class PricesField(forms.CharField):
    """Prices as a list of Money, one in each line and currency."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            help_text="One in each line and currency, such as KES 1500.00.",
            **options,
        )

    def clean(self, value: Any) -> list[Money]:
        try:
            found = [parse_money(line.strip()) for line in super().clean(value).splitlines()]
        except ImpossibleAmount as error:
            raise forms.ValidationError(str(error)) from error
        if len({one.currency for one in found}) != len(found):
            raise forms.ValidationError("Name each currency once.")
        return found
