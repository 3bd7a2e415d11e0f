"""The status for operators: processes, health, outbox, jobs and consumer lag, and what is wrong."""

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ongoza_ops.promises import JOB_SECONDS, LIST_SECONDS, VISIBLE_SECONDS
from scripts.stack import keeper
from scripts.stack.health import rows
from scripts.stack.lag import Lag, consumer_lag
from scripts.stack.services import AI, BY_NAME, CORE, OBSERVE, SERVICES, WEB
from scripts.stack.stack import Stack
from scripts.stack.supervisor import ServiceStatus

# The second number is that of the oldest row: read by index, like core's readiness.
OUTBOX = """
SELECT count(*), coalesce((
    SELECT extract(epoch FROM now() - queued_at) FROM outbox_event ORDER BY id LIMIT 1
), 0)::float8 FROM outbox_event
"""
RESTORE = "SELECT pending_since IS NOT NULL, unknown_count, lost_topics FROM outbox_restore_check"
JOBS = """
SELECT count(*) FILTER (WHERE failed_at IS NULL AND due_at <= now()),
    count(*) FILTER (WHERE failed_at IS NOT NULL),
    count(*) FILTER (WHERE failed_at IS NULL AND due_at < now() - make_interval(secs => %(late)s)
        AND (running_until IS NULL OR running_until < now()))
FROM jobs_job WHERE done_at IS NULL
"""
PROJECTION = """
SELECT name,
    (SELECT count(*) FROM worker_status WHERE heartbeat_at > now() - interval '30 seconds'),
    (SELECT count(*) FROM parked_record), (SELECT count(*) FROM live.dirty_learner),
    (SELECT coalesce(extract(epoch FROM now() - min(marked_at)), 0)::float8
        FROM live.dirty_learner)
FROM generation WHERE state = 'live'
"""
FAILING = """
SELECT DISTINCT name FROM worker_status, jsonb_each(failed_jobs) AS jobs (name, job)
WHERE heartbeat_at > now() - interval '30 seconds' AND worker NOT LIKE 'rebuild-%'
    AND (job->>'failures_in_a_row')::int > 1 ORDER BY name
"""
LOST = """
SELECT topic, cause, noticed_at FROM live.lost_topic
WHERE noticed_at > now() - interval '7 days' ORDER BY topic
"""
DOWN = {"backoff": "is in backoff", "needs an operator": "needs an operator"}
CAUSES = {"recreated": "was deleted and created again", "shorter": "lost its newest records"}


def show(stack: Stack, console: Console) -> bool:
    """Whether all services run and keep their promises; what does not is printed last."""
    table = Table("service", "pid", "port", "state")
    problems = [*_show_processes(stack, table)]
    console.print(table)
    problems += [*_show_core(stack, console), *_show_ai(stack, console)]
    for problem in problems:
        console.print(f"[red]{problem}[/]", highlight=False)
    return not problems


def add_row(table: Table, stack: Stack, name: str, state: str, colour: str, *more: str) -> None:
    """With its pid and port, as `up` and `status` show a service."""
    started, port = stack.register.alive(name), BY_NAME[name].port
    numbers = str(started.pid) if started else "", str(getattr(stack.ports, port)) if port else ""
    table.add_row(name, *numbers, f"[{colour}]{state}[/]", *more)


def _show_processes(stack: Stack, table: Table) -> Iterator[str]:
    """Fills the table and yields what is wrong."""
    if wrong := keeper.problem(stack):
        yield f"keeper {wrong}"
    known, kept = stack.register.all(), keeper.statuses(stack)
    for service in (*SERVICES, *(one for one in (*WEB, OBSERVE) if one.name in {*known, *kept})):
        if service.ready != "exit":
            state = _state(stack, service.name, None if wrong else kept.get(service.name))
            add_row(table, stack, service.name, state, "green" if state == "ok" else "red")
            if state != "ok":
                yield f"{service.name} {state}"


def _state(stack: Stack, name: str, kept: ServiceStatus | None) -> str:
    started = stack.register.alive(name)
    if kept and kept.state in DOWN:
        return f"{DOWN[kept.state]}: {escape(kept.reason)}"
    if started is None:
        return "does not run"
    if started.is_stopped():
        return "is stopped by a signal"
    return "ok" if stack.healthy(name) else "does not answer"


def _show_core(stack: Stack, console: Console) -> Iterator[str]:
    server = stack.servers[CORE]
    outbox, jobs = rows(server, OUTBOX), rows(server, JOBS, {"late": JOB_SECONDS})
    if not (outbox and jobs):
        yield "outbox and jobs are not known: core's database does not answer"
        return
    (depth, oldest), (due, failed, late) = outbox[0], jobs[0]
    console.print(f"outbox: {depth} waiting, the oldest for {oldest:.1f} s")
    console.print(f"jobs: {due} due, {failed} failed")
    if oldest > VISIBLE_SECONDS:
        yield f"relay is behind: the oldest row of the outbox waits for {oldest:.0f} s"
    if late:
        yield f"jobs are late: {late} have been due for {JOB_SECONDS:.0f} s or more"
    if failed:
        yield f"{failed} jobs failed: retry them (docs/operate-jobs.md)"
    yield from restore_problems(stack)


def restore_problems(stack: Stack) -> list[str]:
    """The tasks after core's database or Kafka was restored."""
    found = rows(stack.servers[CORE], RESTORE)
    pending, unknown, lost = found[0] if found else (False, 0, [])
    problems = [f"{topic} lost records: run core.manage refill_topic {topic}" for topic in lost]
    if pending:
        problems.append(
            f"restore pending, {unknown} records unknown to core's database: "
            "run core.manage after_restore"
        )
    return problems


def lag_text(lag: Mapping[str, Lag]) -> str:
    """Names only the topics with records that are not applied."""
    behind = [f"{topic} {one.records}" for topic, one in lag.items() if one.records]
    return (", ".join(behind) or "0") if lag else "not known"


def _show_ai(stack: Stack, console: Console) -> Iterator[str]:
    projection, lost = (rows(stack.servers[AI], sql) for sql in (PROJECTION, LOST))
    if not projection:
        yield "projection is not known: ai's database does not answer"
        return
    generation, workers, parked, marks, oldest = projection[0]
    lag = consumer_lag(stack)
    console.print(f"consumer lag (generation {generation}): {lag_text(lag)}", highlight=False)
    console.print(f"workers: {workers}")  # those of other machines included
    console.print(f"parked records: {parked}")
    console.print(f"lists: {marks} waiting, the oldest for {oldest:.1f} s")
    if not lag:
        yield "consumer lag is not known: Kafka does not answer for all topics"
    if parked:
        yield f"{parked} parked records: retry, accept or discard them (docs/operate-replay.md)"
    for (name,) in rows(stack.servers[AI], FAILING) or ():
        yield f"worker fails in its job {name}, and tries again: its log says why"
    for topic, one in lag.items():
        if one.oldest_seconds > VISIBLE_SECONDS:
            yield f"worker is behind: {topic} has waited for {one.oldest_seconds:.0f} s"
    if oldest > LIST_SECONDS:
        yield f"worker is behind: the oldest list waits for {oldest:.0f} s"
    for topic, cause, since in lost or ():
        console.print(
            f"[yellow]{topic} {CAUSES[cause]}[/], noticed {since:%Y-%m-%d %H:%M}, and is read from "
            f"the beginning; `python -m core.manage refill_topic {topic}` fills it again"
        )
