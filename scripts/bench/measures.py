"""Every measure: what runs on either side, and how far the product has to reach."""

from collections.abc import Callable, Mapping

from scripts.bench.report import Line
from scripts.bench.running import Size, ask, bench_stack, in_turns, median_of


def relay(size: Size) -> list[Line]:
    with bench_stack("postgres-relational", "kafka", "migrate-core", "topics") as stack:
        products, floors = in_turns(
            lambda: ask("relay_product", size.records, environment=stack.environment),
            lambda: ask("relay_floor", size.records, environment=stack.environment),
            size.rounds,
        )
    return [
        Line(
            measure="relay",
            unit="events/s",
            product=median_of(products, "per_second"),
            floor=median_of(floors, "per_second"),
            goal=0.5,
            at_least=True,
            note="drain() until the outbox is empty; a bare idempotent aiokafka producer",
        )
    ]


MEASURES: Mapping[str, Callable[[Size], list[Line]]] = {"relay": relay}
