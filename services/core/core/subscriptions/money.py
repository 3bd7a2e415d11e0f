"""Amounts of money as whole minor units of ISO 4217, and what gateways call the same amounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from ongoza_contracts.subscriptions import AMOUNT_MAX

ISO_EXPONENTS: Mapping[str, int] = {
    **dict.fromkeys(("BIF", "DJF", "GNF", "KMF", "RWF", "UGX", "XAF", "XOF"), 0),
    **dict.fromkeys(("LYD", "TND"), 3),
    **dict.fromkeys(
        (
            *("AOA", "BWP", "CDF", "CVE", "DZD", "EGP", "ERN", "ETB", "GHS", "GMD", "KES", "LRD"),
            *("LSL", "MAD", "MGA", "MRU", "MUR", "MWK", "MZN", "NAD", "NGN", "SCR", "SDG", "SHP"),
            *("SLE", "SOS", "SSP", "STN", "SZL", "TZS", "ZAR", "ZMW", "ZWG"),
            *("EUR", "GBP", "USD"),
        ),
        2,
    ),
}
"""The decimal places of the currencies in which plans have prices: all of Africa's, and three."""


class ImpossibleAmount(ValueError):
    """The gateway cannot say the amount, or the currency is unknown."""


@dataclass(frozen=True, slots=True)
class Money:
    """Raises ImpossibleAmount for a currency that is not in ISO_EXPONENTS."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in ISO_EXPONENTS:
            raise ImpossibleAmount(f"{self.currency} is no currency of ours")

    def __str__(self) -> str:
        return f"{self.currency} {Decimal(self.amount).scaleb(-self.exponent)}"

    @property
    def exponent(self) -> int:
        return ISO_EXPONENTS[self.currency]


def parse_money(text: str) -> Money:
    """Reads `KES 1500.00`, or any amount above nothing. Raises ImpossibleAmount."""
    currency, _, number = text.partition(" ")
    try:
        scaled = Decimal(number.strip()).scaleb(Money(0, currency).exponent)
        is_whole = 0 < scaled <= AMOUNT_MAX and scaled == scaled.to_integral_value()
    except InvalidOperation as error:
        raise ImpossibleAmount(f"{text!r} is no amount such as KES 1500.00") from error
    if not is_whole:
        raise ImpossibleAmount(f"{text!r} is no number of minor units")
    return Money(int(scaled), currency)


@dataclass(frozen=True)
class GatewayUnits:
    """How one gateway counts: exponents where they differ from ISO's, and by how many units at
    least two amounts differ."""

    exponents: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)

    def to_gateway(self, money: Money) -> int:
        """Raises ImpossibleAmount where the gateway cannot say it exactly."""
        return self._checked(_shift(money.amount, self._exponent(money) - money.exponent), money)

    def from_gateway(self, amount: int, currency: str) -> Money:
        """Raises ImpossibleAmount."""
        ours = Money(0, currency)
        self._checked(amount, ours)
        return Money(_shift(amount, ours.exponent - self._exponent(ours)), currency)

    def _exponent(self, money: Money) -> int:
        return self.exponents.get(money.currency, money.exponent)

    def _checked(self, amount: int, money: Money) -> int:
        if amount % self.steps.get(money.currency, 1):
            raise ImpossibleAmount(f"{money} is finer than the gateway's units")
        return amount


def _shift(amount: int, places: int) -> int:
    """The amount times a power of ten. Raises ImpossibleAmount where digits would be lost."""
    if places >= 0:
        return amount * int(10**places)
    shifted, rest = divmod(amount, int(10**-places))
    if rest:
        raise ImpossibleAmount(f"{amount} has too many digits for the units of the other side")
    return shifted


ISO = GatewayUnits()
STRIPE = GatewayUnits(
    exponents={"MGA": 0, "UGX": 2},
    steps={"UGX": 100, "LYD": 10, "TND": 10},
)
"""docs.stripe.com/currencies: MGA has no decimals there; UGX is written with two, always 00; the
last of three decimals is 0."""
WHOLE = GatewayUnits(exponents=dict.fromkeys(ISO_EXPONENTS, 0))
"""For gateways that take whole units alone, as M-Pesa does."""
