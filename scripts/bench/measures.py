"""Every measure: what runs on either side, and how far the product has to reach."""

from collections.abc import Callable, Mapping
from uuid import uuid4

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


def worker(size: Size) -> list[Line]:
    with bench_stack("postgres-vector", "kafka", "migrate-ai", "topics") as stack:
        ask("worker_fill", size.records, environment=stack.environment)

        def side(module: str) -> dict[str, float]:
            group = f"bench-{uuid4()}"  # each reads the topic from its beginning
            return ask(module, size.records, group, environment=stack.environment)

        products, floors = in_turns(
            lambda: side("worker_product"), lambda: side("worker_floor"), size.rounds
        )
    return [
        Line(
            measure="worker",
            unit="facts/s",
            product=median_of(products, "per_second"),
            floor=median_of(floors, "per_second"),
            goal=0.6,
            at_least=True,
            note="consumer, subscriber and applier without the background loops; "
            "bare aiokafka, json.loads and one upsert a batch",
        )
    ]


MEASURES: Mapping[str, Callable[[Size], list[Line]]] = {"relay": relay, "worker": worker}
