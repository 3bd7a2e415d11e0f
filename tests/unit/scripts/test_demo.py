"""What the demo prints of the way of a change."""

import pytest

from scripts.demo import APPLIED, COMMITTED, ON_TOPIC, Hops, main
from scripts.embedded.ports import HOST, free_ports


def test_hops_are_listed_as_they_happen_even_if_an_earlier_one_was_seen_later() -> None:
    hops = Hops(seen=[(9.0, ON_TOPIC, ""), (12.0, COMMITTED, ""), (15.0, APPLIED, "")])
    assert hops.in_order() == [(9.0, COMMITTED, ""), (9.0, ON_TOPIC, ""), (15.0, APPLIED, "")]


def test_hops_that_were_seen_in_order_keep_their_times() -> None:
    hops = Hops(seen=[(15.0, APPLIED, ""), (3.0, COMMITTED, ""), (9.0, ON_TOPIC, "")])
    assert [time for time, _, _ in hops.in_order()] == [3.0, 9.0, 15.0]


def test_without_a_running_stack_the_demo_says_that_it_needs_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [port] = free_ports(1)
    own = {"HOST": HOST, "PORT": port, "USER": "postgres", "PASSWORD": "x", "NAME": "x"}
    for name, value in own.items():
        monkeypatch.setenv(f"VECTOR_DB_{name}", str(value))
    with pytest.raises(SystemExit, match=r"the demo needs the running stack \(`make up`\)"):
        main()
