"""Measures what learners cost, in stacks of their own. Parts can be measured on different days."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import psutil
import psycopg
from rich.console import Console

from ongoza_ops.promises import JOB_SECONDS
from scripts.bench import bus, fixtures, scale_live
from scripts.bench.api import NEIGHBOURS_COUNTED, reports
from scripts.bench.figures import Result
from scripts.bench.http_load import get, load, run_client
from scripts.bench.meter import cpu_seconds, memory_mb
from scripts.bench.running import wait_until
from scripts.capacity import filling
from scripts.stack.child import run_child
from scripts.stack.health import rows
from scripts.stack.learners import sign_in
from scripts.stack.served import is_projected
from scripts.stack.services import CORE, SEED, SERVICES
from scripts.stack.stack import Stack
from scripts.stack.status import JOBS
from scripts.stack.temporary import connect, temporary_stack

BOTH = ("postgres-relational", "postgres-vector", "kafka", "migrate-core", "migrate-ai", "topics")
AI = ("postgres-vector", "kafka", "migrate-ai", "topics")
DATABASES = {"postgres-relational": "db", "postgres-vector": "vector_db"}
CORE_SIZES = (1_500, 3_000, 6_000)
AI_SIZES = (30_000, 100_000, 300_000)
CATALOGUE = 170
RECORDS = 50_000
READERS = 200
SECONDS, CLIENTS, IDLE_SECONDS = 8, 8, 10
PATIENCE = 4.0
TABLES = r"""
SELECT regexp_replace(relname, '_\d{4}_\d{2}$', ''),
    sum(pg_total_relation_size(pg_class.oid))::bigint
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname = 'public' GROUP BY 1 ORDER BY 2 DESC LIMIT 5
"""

Part: TypeAlias = dict[str, Any]

console = Console()


def history() -> Part:
    """core's database, Kafka and a rebuild, while core's services write learners."""
    sizes: list[Mapping[str, float]] = []
    with temporary_stack(BOTH) as stack, connect(stack, "relational") as core:
        run_child(stack, filling.plant_catalogue)
        run_child(stack, filling.publish_outbox)
        _let_worker_catch_up(stack)
        records = 0
        for earlier, learners in zip((0, *CORE_SIZES), CORE_SIZES, strict=False):
            _say(f"core writes learners up to number {learners:,}")
            run_child(stack, filling.fill_core, earlier + 1, learners)
            records += run_child(stack, filling.publish_outbox)
            _let_worker_catch_up(stack)
            rebuilt = run_child(stack, filling.rebuild, _pid(stack, "postgres-vector"))
            sizes.append(
                {
                    "learners": learners,
                    "records": records,
                    "database_bytes": _size(core),
                    "kafka_bytes": _topic_bytes(stack.folder / "data" / "kafka"),
                    "rebuild_s": rebuilt["seconds"],
                    "rebuild_cpu_s": rebuilt["cpu_s"],
                }
            )
        tables = {name: int(size) for name, size in core.execute(TABLES)}
    return {"sizes": sizes, "core_tables": tables}


def _let_worker_catch_up(stack: Stack) -> None:
    """A rebuild reads as far as the live generation has read."""
    stack.run("worker")
    wait_until(lambda: is_projected(stack), lambda: stack.last_words("worker"))
    stack.stop("worker")


def lists() -> Part:
    """ai's database, lists, the count of neighbours, and what its processes hold in memory."""
    sizes = []
    for learners in AI_SIZES:
        _say(f"ai with {learners:,} learners")
        with temporary_stack(AI, patience=PATIENCE) as stack:
            postgres = _pid(stack, "postgres-vector")
            run_child(stack, fixtures.fill, learners, CATALOGUE)
            result = run_child(stack, filling.measure_ai, postgres, learners)
            sizes.append({"learners": learners, **result, **_processes_of_ai(stack)})
    return {"sizes": sizes}


def _processes_of_ai(stack: Stack) -> Result:
    """Memory of worker and API while lists are read, and what a read costs the API."""
    run_child(stack, scale_live.prepare, READERS)
    stack.run("worker")
    stack.run("ai")
    run_child(stack, scale_live.wait_for_lists)
    pids = {name: _pid(stack, name) for name in ("ai", "worker")}
    before = cpu_seconds(pids["ai"])
    read = run_client(stack, scale_live.read_lists, stack.ports.ai, SECONDS, 0, CATALOGUE)
    read_cpu_s = (cpu_seconds(pids["ai"]) - before) / read["answered"]
    memory = {f"{name}_bytes": 1e6 * memory_mb(pid) for name, pid in pids.items()}
    for name in pids:
        stack.stop(name)
    return {**memory, "read_cpu_s": read_cpu_s}


def throughput() -> Part:
    """How many records one relay sends, and how many one worker applies, each second."""
    with temporary_stack(BOTH) as stack:
        relay = run_child(stack, bus.drain_outbox, RECORDS)
        worker = run_child(stack, bus.consume, RECORDS + 1)  # one record connected the relay
    return {"relay_per_second": relay["per_second"], "worker_per_second": worker["per_second"]}


def requests() -> Part:
    """What a request and all that follows from it cost each process, with the demo's learners."""
    with temporary_stack([one.name for one in (*SERVICES, SEED)]) as stack:
        learners = sign_in(stack, items=10)
        with connect(stack, "vector") as ai:
            wait_until(lambda: bool(ai.execute(NEIGHBOURS_COUNTED).rowcount))
        wait_until(lambda: _is_at_rest(stack))
        pids = {one.name: _pid(stack, one.name) for one in SERVICES if one.ready != "exit"}
        idle = _cpu_while(pids, lambda: time.sleep(IDLE_SECONDS))
        idle = {name: seconds / IDLE_SECONDS for name, seconds in idle.items()}
        wanted = {
            "list": (stack.ports.ai, [get("/api/v1/recommendations", t) for _, t, _ in learners]),
            "page": (stack.ports.core, [get("/api/v1/progress/", t) for _, t, _ in learners]),
            "report": (stack.ports.core, [request for *_, request in reports(learners)]),
        }
        costs = {name: _cost(stack, pids, idle, *one) for name, one in wanted.items()}
        memory = {name: 1e6 * memory_mb(pid) for name, pid in pids.items()}
        connections = {name: _connections(stack, pid) for name, pid in pids.items()}
        core_processes = len(psutil.Process(pids["core"]).children())
    return {
        **{"idle_cpu_s": idle, "cpu_s": costs, "memory_bytes": memory},
        "core_processes": core_processes,
        "learners": len(learners),
        "connections": connections,
    }


def _is_at_rest(stack: Stack) -> bool:
    """Whether all that was written has been worked off, by jobs as well."""
    jobs = rows(stack.servers[CORE], JOBS, {"late": JOB_SECONDS})
    return jobs is not None and not jobs[0][0] and is_projected(stack)


def _cost(
    stack: Stack, pids: Mapping[str, int], idle: Mapping[str, float], port: int, texts: list[str]
) -> Result:
    """CPU seconds of each process for one request, beyond those it takes while idle."""
    answered = 0.0
    began = time.monotonic()

    def answer_and_settle() -> None:
        nonlocal answered
        answered = run_client(stack, load, [port], texts, SECONDS, CLIENTS)[0]["answered"]
        wait_until(lambda: _is_at_rest(stack))

    used = _cpu_while(pids, answer_and_settle)
    seconds = time.monotonic() - began
    return {name: max(used[name] - seconds * idle[name], 0.0) / answered for name in pids}


def _cpu_while(pids: Mapping[str, int], work: Callable[[], object]) -> Result:
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    work()
    return {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}


def _connections(stack: Stack, pid: int) -> dict[str, int]:
    """To each database, of the process and its children."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    remote = Counter(
        one.raddr.port
        for process in processes
        for one in process.net_connections("tcp")
        if one.raddr and one.status == psutil.CONN_ESTABLISHED
    )
    return {name: remote[getattr(stack.ports, port)] for name, port in DATABASES.items()}


def _say(text: str) -> None:
    console.print(f"{time.strftime('%H:%M:%S')} {text}", highlight=False)


def _pid(stack: Stack, name: str) -> int:
    return stack.register.all()[name].pid


def _size(db: psycopg.Connection) -> int:
    for command in filling.COMMANDS:
        db.execute(command)
    [(size,)] = db.execute(filling.SIZE).fetchall()
    return int(size)


def _topic_bytes(folder: Path) -> int:
    """What the logs of our topics take on the disk, with their indexes: these are sparse files."""
    return sum(512 * path.stat().st_blocks for path in folder.rglob("ongoza.*/*"))


PARTS: Mapping[str, Callable[[], Part]] = {
    one.__name__: one for one in (history, lists, throughput, requests)
}
