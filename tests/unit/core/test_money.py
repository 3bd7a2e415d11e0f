"""Amounts survive the way to every gateway and back, or are refused."""

from contextlib import suppress
from itertools import product

import pytest

from core.subscriptions.money import (
    ISO,
    STRIPE,
    WHOLE,
    GatewayUnits,
    ImpossibleAmount,
    Money,
    parse_money,
)

NO_PLACES, THREE = "BIF DJF GNF KMF RWF UGX XAF XOF", "LYD TND"
TWO = (
    "AOA BWP CDF CVE DZD EGP ERN ETB GHS GMD KES LRD LSL MAD MGA MRU MUR MWK MZN NAD NGN SCR SDG"
    " SHP SLE SOS SSP STN SZL TZS ZAR ZMW ZWG"
)
AFRICA = {
    code: places
    for codes, places in ((NO_PLACES, 0), (TWO, 2), (THREE, 3))
    for code in codes.split()
}
"""Written independently of the code: the decimal places by ISO 4217."""
GATEWAYS = {"iso": ISO, "stripe": STRIPE, "whole": WHOLE}


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_whole_units_of_every_african_currency_survive_the_way_to_a_gateway_and_back(
    gateway: str,
) -> None:
    for currency, whole in product(AFRICA, (0, 1, 7, 1500, 999_999)):
        money = Money(whole * 10 ** AFRICA[currency], currency)
        there = GATEWAYS[gateway].to_gateway(money)
        assert GATEWAYS[gateway].from_gateway(there, currency) == money


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_minor_unit_survives_or_is_refused_but_never_changes(gateway: str) -> None:
    for currency, amount in product(AFRICA, (1, 99, 101, 12_345)):
        money = Money(amount, currency)
        with suppress(ImpossibleAmount):
            there = GATEWAYS[gateway].to_gateway(money)
            assert GATEWAYS[gateway].from_gateway(there, currency) == money


@pytest.mark.parametrize(
    ("units", "money", "there"),
    [
        (ISO, Money(150_050, "KES"), 150_050),
        (STRIPE, Money(150_050, "KES"), 150_050),
        (STRIPE, Money(5_000, "RWF"), 5_000),
        (STRIPE, Money(5, "UGX"), 500),
        (STRIPE, Money(500, "MGA"), 5),
        (STRIPE, Money(5_120, "TND"), 5_120),
        (WHOLE, Money(150_000, "KES"), 1_500),
        (WHOLE, Money(5_000, "TND"), 5),
    ],
)
def test_a_gateway_is_sent_its_own_units(units: GatewayUnits, money: Money, there: int) -> None:
    assert units.to_gateway(money) == there


@pytest.mark.parametrize(
    ("units", "money"),
    [(STRIPE, Money(5_124, "TND")), (STRIPE, Money(50, "MGA")), (WHOLE, Money(150_050, "KES"))],
)
def test_an_amount_that_a_gateway_cannot_say_is_refused(units: GatewayUnits, money: Money) -> None:
    with pytest.raises(ImpossibleAmount):
        units.to_gateway(money)


def test_a_gateway_that_reports_part_of_a_unit_is_not_believed() -> None:
    with pytest.raises(ImpossibleAmount):
        STRIPE.from_gateway(550, "UGX")


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("KES 1500.00", Money(150_000, "KES")),
        ("KES 1500", Money(150_000, "KES")),
        ("RWF 15000", Money(15_000, "RWF")),
        ("TND 1.250", Money(1_250, "TND")),
    ],
)
def test_an_amount_is_read_and_written_with_the_places_of_its_currency(
    text: str, money: Money
) -> None:
    assert parse_money(text) == money
    assert parse_money(str(money)) == money


@pytest.mark.parametrize(
    "text",
    [
        *("KES 1.005", "RWF 0.5", "KES -1", "KES 0", "XXX 1", "KES", "KES NaN", ""),
        *("KES Infinity", "KES 1e30"),
    ],
)
def test_a_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ImpossibleAmount):
        parse_money(text)
