"""Every measure: what runs on either side, and how far the product has to reach."""

import time
from collections.abc import Callable, Mapping
from uuid import uuid4

from scripts.bench.clients import floor_server, get, load, reports, signed_in, steady_writes
from scripts.bench.embedding import embed, search
from scripts.bench.report import Line
from scripts.bench.running import Size, ask, bench_stack, in_turns, median_of, model_python
from scripts.bench.seeded import open_items, seeded_stack
from scripts.bench.visible import WARM_UP_SECONDS

WRITES_PER_SECOND = 50
"""A quarter of what two processors can write: the way is measured, not the queue before it."""


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
            rate: dict[str, float] = ask(module, size.records, group, environment=stack.environment)
            return rate

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


def read(size: Size) -> list[Line]:
    with seeded_stack() as stack, floor_server(stack, "scripts.bench.read_floor") as port:
        learners = signed_in(stack)
        for name in ("worker", "relay", "core"):  # idle here, but they would wake now and then
            stack.stop(name)
        own = [get("/api/v1/recommendations", one["token"]) for one in learners]
        lists = [get(f"/lists/{one['user_id']}", one["token"]) for one in learners]
        products, floors = in_turns(
            lambda: load(stack.ports.ai, own, size.seconds),
            lambda: load(port, lists, size.seconds),
            size.rounds,
        )
    note = "GET /api/v1/recommendations; Starlette on uvicorn with one asyncpg read of the body"
    rate, slowest = "per_second", "p99_ms"
    return [
        Line(
            measure="precomputed read",
            unit="req/s",
            product=median_of(products, rate),
            floor=median_of(floors, rate),
            goal=0.6,
            at_least=True,
            note=note,
        ),
        Line(
            measure="precomputed read, p99",
            unit="ms",
            product=median_of(products, slowest),
            floor=median_of(floors, slowest),
            goal=2,
            at_least=False,
            note=note,
        ),
    ]


def write(size: Size) -> list[Line]:
    command = ("gunicorn", "scripts.bench.core_floor", "-c", "infra/gunicorn.conf.py")
    with seeded_stack() as stack, floor_server(stack, *command) as port:
        learners = signed_in(stack)[:40]
        for name in ("worker", "relay", "ai"):  # the request itself is measured
            stack.stop(name)
        requests = reports({one["token"]: open_items(stack, one, 10) for one in learners})
        products, floors = in_turns(
            lambda: load(stack.ports.core, requests, size.seconds),
            lambda: load(port, requests, size.seconds),
            size.rounds,
        )
    return [
        Line(
            measure="progress POST",
            unit="req/s",
            product=median_of(products, "per_second"),
            floor=median_of(floors, "per_second"),
            goal=0.85,
            at_least=True,
            note="upserts of 40 learners without relay and ai; the same view without outbox rows",
        )
    ]


def visible(size: Size) -> list[Line]:
    with seeded_stack() as stack:
        items = {one["token"]: (one, open_items(stack, one, 2)) for one in signed_in(stack)[:150]}
        given = {
            "port": stack.ports.core,
            "per_second": WRITES_PER_SECOND,
            "writes": steady_writes(
                items.values(), WRITES_PER_SECOND * (size.visible_seconds + WARM_UP_SECONDS)
            ),
        }
        took = ask("visible", environment=stack.environment, given=given)
    return [
        Line(
            measure=f"event to visible, p{share}",
            unit="ms",
            product=took[f"answer_p{share}_ms"],
            goal=goal,
            at_least=False,
            note=f"{took['writes']} writes at {WRITES_PER_SECOND}/s, from a POST's answer to the "
            f"stored list; from its sending {took[f'sending_p{share}_ms']:.0f} ms",
        )
        for share, goal in ((50, 60), (99, 250))
    ]


def encoder(size: Size) -> list[Line]:
    products, floors = in_turns(
        lambda: ask("encoder", "onnx", time.time()),
        lambda: ask("encoder", "sentence-transformers", time.time(), python=model_python()),
        size.rounds,
    )
    note = "a process of its own, to its first vector; the same with sentence-transformers"
    return [
        Line(
            measure=f"encoder {what}",
            unit=unit,
            product=median_of(products, name),
            floor=median_of(floors, name),
            goal=goal,
            at_least=False,
            note=note,
        )
        for what, unit, name, goal in (
            ("start", "s", "seconds", 0.2),
            ("peak memory", "MiB", "peak_mib", 0.4),
        )
    ]


def rebuild(size: Size) -> list[Line]:
    with bench_stack("postgres-vector", "kafka", "migrate-ai", "topics") as stack:
        ask("rebuild_fill", size.rebuilt, size.vectors, environment=stack.environment)
        ask("rebuild_product", environment=stack.environment)  # the one to compare with
        products, floors = in_turns(
            lambda: ask("rebuild_product", environment=stack.environment),
            lambda: ask("rebuild_floor", environment=stack.environment),
            size.rounds,
        )
    switch = max(one["switched"]["switch_seconds"] for one in products)
    return [
        Line(
            measure="rebuild",
            unit="s",
            product=median_of(products, "seconds"),
            floor=median_of(floors, "seconds"),
            goal=5,
            at_least=False,
            note=f"{size.rebuilt:,} facts, {size.vectors:,} cached vectors, lists, "
            f"comparison, switch ({switch * 1000:.0f} ms); consume, COPY and index build",
        )
    ]


def recompute(size: Size) -> list[Line]:
    with bench_stack("postgres-vector", "migrate-ai") as stack:

        def side(count: int) -> dict[str, float]:
            cost: dict[str, float] = ask(
                "recompute_product", count, environment=stack.environment, patience=600
            )
            return cost

        many, few = in_turns(
            lambda: side(10 * size.learners), lambda: side(size.learners), size.rounds
        )
    together = median_of(many, "together_seconds")
    return [
        Line(
            measure="recompute, of a learner",
            unit="ms",
            product=median_of(many, "ms_per_learner"),
            floor=median_of(few, "ms_per_learner"),
            goal=1.5,
            at_least=False,
            note=f"every list of {10 * size.learners:,} learners; of {size.learners:,}. Before it "
            f"what they finished together was counted in {together:.1f} s, in the background",
        )
    ]


MEASURES: Mapping[str, Callable[[Size], list[Line]]] = {
    "relay": relay,
    "worker": worker,
    "read": read,
    "write": write,
    "visible": visible,
    "encoder": encoder,
    "rebuild": rebuild,
    "embed": embed,
    "search": search,
    "recompute": recompute,
}
