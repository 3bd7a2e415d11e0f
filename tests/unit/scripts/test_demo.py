"""What the demo prints of the way of a change."""

from scripts.demo import APPLIED, COMMITTED, ON_TOPIC, Hops


def test_hops_are_listed_as_they_happen_even_if_an_earlier_one_was_seen_later() -> None:
    hops = Hops(seen=[(9.0, ON_TOPIC, ""), (12.0, COMMITTED, ""), (15.0, APPLIED, "")])
    assert hops.in_order() == [(9.0, COMMITTED, ""), (9.0, ON_TOPIC, ""), (15.0, APPLIED, "")]


def test_hops_that_were_seen_in_order_keep_their_times() -> None:
    hops = Hops(seen=[(15.0, APPLIED, ""), (3.0, COMMITTED, ""), (9.0, ON_TOPIC, "")])
    assert [time for time, _, _ in hops.in_order()] == [3.0, 9.0, 15.0]
