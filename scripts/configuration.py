"""Every environment variable as docs/configuration.md."""

import runpy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from ai.kit.settings import PROCESSES as AI_PROCESSES
from ai.kit.settings import Settings
from core.config.variables import DEFAULTS, EVERY_PROCESS, MEANINGS, NEEDED
from core.config.variables import PROCESSES as CORE_PROCESSES
from ongoza_contracts.http.configuration import PREFIXES
from ongoza_ops.metrics import Process

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "configuration.md"
NAMES = PROJECT / "contracts" / "ongoza_contracts" / "http" / "variables.py"

INTRODUCTION = f"""\
# Configuration

Generated from the settings by `make schemas`: `services/core/core/config/`,
`services/ai/ai/kit/settings.py` and `scripts/configuration.py`.

A process reads its environment variables when it starts, so a change needs a restart. It does not
start when one is missing ("needed") or invalid, and names it. core's and ai's processes also name,
in a warning, each variable that begins like ours but is not on this page: it may be misspelled.
Ours begin with {", ".join(f"`{one}`" for one in PREFIXES)}.

`make up` sets what is needed, with the secrets of `.local/env`; `infra/compose.yml` names what it
passes on to containers. [How to change secrets](operate-day-two.md#change-a-secret).
"""
NAMES_TEXT = '''\
"""Generated from the settings by `make schemas`: the names that begin like ours and are read."""

VARIABLES = frozenset(
    {
%s
    }
)
'''


@dataclass(frozen=True)
class Row:
    name: str
    kind: str
    default: str
    meaning: str
    processes: str


WEB = (
    Row("DJANGO_API_URL", "text", "needed", "Where web reaches core.", "web"),
    Row("FASTAPI_BASE_URL", "text", "needed", "Where web reaches ai.", "web"),
    Row(
        "WEB_SESSIONS_URL",
        "secret",
        "needed",
        "The Valkey that holds sessions: `redis://:password@host:6380/0`.",
        "web",
    ),
    Row("HOSTNAME", "text", "0.0.0.0", "The address that web listens on.", "web"),  # noqa: S104
    Row("PORT", "whole number", "3000", "The port that web listens on.", "web"),
)
COMMANDS = (
    Row("DEMO_PASSWORD", "secret", "", "The password of the demo's logins.", "`core.manage seed`"),
    Row(
        "DJANGO_SUPERUSER_PASSWORD",
        "secret",
        "",
        "The password with `--noinput`.",
        "`core.manage createsuperuser`",
    ),
    Row(
        "DJANGO_SETTINGS_MODULE",
        "text",
        "core.config.settings",
        "Django's own: the module of the settings.",
        "all of core",
    ),
    Row(
        "KAFKA_REPLICATION",
        "whole number",
        "1",
        "Copies of each partition; 3 in production.",
        "`infra.kafka`",
    ),
    Row(
        "KAFKA_READER",
        "text",
        "",
        "A principal that may read every topic, for trials.",
        "`infra.kafka`",
    ),
    Row(
        "KAFKA_..._PASSWORD",
        "secret",
        "",
        "The password to set for a principal, such as `KAFKA_CORE_PASSWORD`.",
        "`infra.kafka apply --logins`",
    ),
)
SHARED = (
    Row(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "text",
        "",
        "A receiver of traces (OTLP over HTTP, without `/v1/traces`); without it there are none.",
        "core, relay, ai, worker",
    ),
    Row(
        "OTEL_TRACES_SAMPLER_ARG",
        "number",
        "0.01",
        "The share of traces that are recorded.",
        "core, relay, ai, worker",
    ),
    Row(
        "ONGOZA_FAILPOINT",
        "text",
        "",
        "Where the process kills itself: for tests alone.",
        "core, ai, worker",
    ),
)
STACK = (
    Row("ONGOZA_HOME", "text", ".local", "The folder of data, logs and secrets.", "`make up`"),
    Row("KAFKA_PORT", "whole number", "9092", "The broker's port.", "`make up`, compose"),
    Row("KAFKA_CONTROLLER_PORT", "whole number", "9093", "Its controller's port.", "`make up`"),
    Row("VALKEY_PORT", "whole number", "6379", "Valkey's port.", "`make up`, compose"),
    Row("VALKEY_PASSWORD", "secret", "needed", "Valkey's password.", "compose"),
    Row(
        "WEB_SESSIONS_PORT",
        "whole number",
        "6380",
        "The port of the Valkey for sessions.",
        "`make up`, compose",
    ),
    Row("WEB_SESSIONS_PASSWORD", "secret", "needed", "Its password.", "compose"),
    Row("WEB_PORT", "whole number", "3000", "The web client's port.", "`make up`, compose"),
    Row(
        "PROMETHEUS_PORT",
        "whole number",
        "9090",
        "Prometheus's port.",
        "`make up OBSERVE=1`, compose",
    ),
    Row("GRAFANA_PORT", "whole number", "3001", "Grafana's port on this machine.", "compose"),
    *(
        Row(
            f"{process.upper()}_METRICS_PORT",
            "whole number",
            str(port),
            f"The port on which {process} answers Prometheus.",
            "`make up`",
        )
        for port, process in enumerate(Process, 9401)
    ),
    Row("HTTP_PORT", "whole number", "80", "nginx's port on this machine.", "compose"),
    Row("HTTPS_PORT", "whole number", "443", "nginx's port for TLS.", "compose.tls.yml"),
    Row("TLS_CERTIFICATE", "path", "needed", "The certificate chain.", "compose.tls.yml"),
    Row("TLS_KEY", "path", "needed", "The certificate's private key.", "compose.tls.yml"),
)

IN_WORDS = ("needed", *DEFAULTS.values())
"""Defaults that are not values."""


def files() -> Mapping[Path, str]:
    """The page, and the names for the warning. Django has to be set up."""
    sections = {
        "core": list(core_rows()),
        "ai": list(ai_rows()),
        "core and ai": SHARED,
        "web": WEB,
        "Commands": COMMANDS,
        "`make up` and compose": STACK,
    }
    lines = [INTRODUCTION]
    for title, rows in sections.items():
        lines += [f"## {title}", "", "| variable | type | default | meaning | processes |"]
        lines += ["| --- | --- | --- | --- | --- |", *map(_line, rows), ""]
    ours = {row.name for rows in sections.values() for row in rows if row.name.startswith(PREFIXES)}
    names = "\n".join(f'        "{name}",' for name in sorted(ours) if "..." not in name)
    return {PAGE: "\n".join(lines), NAMES: NAMES_TEXT % names}


def _line(row: Row) -> str:
    default = f"`{row.default}`" if row.default and row.default not in IN_WORDS else row.default
    meaning = " ".join(row.meaning.split())
    return f"| `{row.name}` | {row.kind} | {default} | {meaning} | {row.processes} |"


def core_rows() -> Iterator[Row]:
    """Raises KeyError for a variable without a meaning."""
    runpy.run_path(str(PROJECT / "infra" / "gunicorn.conf.py"))
    from core.config.env import VARIABLES

    for name, meaning in MEANINGS.items():
        known = VARIABLES[name]
        default = "needed" if name in NEEDED else DEFAULTS.get(name, known.default)
        processes = CORE_PROCESSES.get(name, EVERY_PROCESS)
        yield Row(name, known.kind, default, meaning, processes)
    if missing := VARIABLES.keys() - MEANINGS.keys():
        raise KeyError(f"no meaning in core.config.variables: {sorted(missing)}")


def ai_rows() -> Iterator[Row]:
    """Raises KeyError for a setting without a docstring."""
    for name, field in Settings.model_fields.items():
        if not field.description:
            raise KeyError(f"no docstring in ai.kit.settings: {name}")
        default = "needed" if field.is_required() else _default(field.default)
        processes = AI_PROCESSES.get(name, "ai, worker")
        yield Row(name.upper(), _kind(name, field), default, field.description, processes)


def _default(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ",".join(value)
        case SecretStr():
            return value.get_secret_value()
    return str(value)


def _kind(name: str, field: FieldInfo) -> str:
    annotation = field.annotation
    if get_origin(annotation) in (Union, UnionType):
        annotation = get_args(annotation)[0]
    if annotation is SecretStr or name.endswith("_password") or "_secret_key" in name:
        return "secret"
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(annotation))
    if get_origin(annotation) is list:
        return "list with commas"
    kinds: Mapping[Any, str] = {bool: "yes or no", int: "whole number", float: "number"}
    return kinds.get(annotation, "text")
