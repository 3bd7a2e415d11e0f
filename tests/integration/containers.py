"""A stack whose processes run in containers of the built images, by Debian's crun.

As infra/compose.yml has it: its commands, its variables and no others, a root that cannot be
written, the account of the image, no capabilities. The network is this machine's, because there
is no engine that makes another; servers stay the embedded ones, on the loopback address."""

import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from scripts.embedded.ports import HOST
from scripts.images.buildah import buildah, program
from scripts.stack.services import BEAT, Service
from scripts.stack.stack import PROJECT
from tests.migrated import MigratedStack

COMPOSE = PROJECT / "infra" / "compose.yml"
OURS = {
    "CORE_HOST": HOST,
    "AI_HOST": HOST,
    "HOSTNAME": HOST,
    "METRICS_HOST": HOST,
    "FILES_ROOT": "/files",
    "UPLOADS_ROOT": "/uploads",
    "MAIL_FOLDER": "/tmp/mail",  # noqa: S108 - the container's own
    "EMAIL_HOST": HOST,
    "MAIL_FROM": "no-reply@ongoza.example",
}
"""What differs from this machine's processes, and what only a mail server would have."""
BESIDES_COMPOSE = (
    *("CORE_PORT", "AI_PORT", "EMAIL_BACKEND", "MAIL_FOLDER", "THROTTLE", "MULTILINGUAL_SEARCH"),
    *("CORE_HOST", "AI_HOST", "HOSTNAME", "KAFKA_FETCH_WAIT_MS"),
)
WITHOUT_CGROUPS = (
    *("unshare", "--mount", "sh", "-c"),
    *('umask 022 && mount -t tmpfs none /sys/fs/cgroup && exec "$@"', "sh"),
)
"""crun does not start where it sees cgroups of both versions. The mask is that of an engine."""
MASKED = ("/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/sys/firmware")
READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


class ContainerStack(MigratedStack):
    """Only what compose builds runs in a container; `roots` are the files of each image."""

    roots: Mapping[str, Path]

    @cached_property
    def compose(self) -> dict[str, Any]:
        return dict(yaml.safe_load(COMPOSE.read_text())["services"])

    @cached_property
    def images(self) -> dict[str, Any]:
        """The configuration of each image: variables, command, folder."""
        return {name: image_configuration(name) for name in self.roots}

    def image_of(self, service: Service) -> str:
        return str(self.compose[service.name]["image"]).removeprefix("ongoza/")

    @override  # else this machine's processes would be what runs
    def command_of(self, service: Service) -> list[str]:
        given = self.compose[service.name].get("command")
        command = list(given or self.images[self.image_of(service)]["Cmd"])
        if service.name == "jobs":  # whose beat is a container of its own in compose
            command += BEAT
        return self.container(service, command)

    def container(
        self, service: Service, command: Sequence[str], variables: Mapping[str, str] | None = None
    ) -> list[str]:
        """What runs the command in a new container like the service's, with more variables."""
        name = f"{service.name}-{secrets.token_hex(4)}"
        bundle = self.folder / "containers" / name
        bundle.mkdir(parents=True)
        specification = self._specification(service, command, variables or {})
        (bundle / "config.json").write_text(json.dumps(specification))
        options = [f"--root={self.folder / 'crun'}", "--cgroup-manager=disabled"]
        return [*WITHOUT_CGROUPS, program("crun"), *options, "run", f"--bundle={bundle}", name]

    def _specification(
        self, service: Service, command: Sequence[str], more: Mapping[str, str]
    ) -> dict[str, Any]:
        compose, image = self.compose[service.name], self.image_of(service)
        root, folder = self.roots[image], self.images[image]["WorkingDir"]
        uid, gid = account(root, self.images[image]["User"])
        variables = {**self.variables(service), **more}
        return {
            "ociVersion": "1.0.0",
            "process": {
                "user": {"uid": uid, "gid": gid},
                "args": list(command),
                "env": [f"{name}={value}" for name, value in variables.items()],
                "cwd": compose.get("working_dir", folder),
                "noNewPrivileges": "no-new-privileges:true" in compose["security_opt"],
                "capabilities": {},
            },
            "root": {"path": str(root), "readonly": compose["read_only"]},
            "mounts": [*SYSTEM, *map(temporary, compose["tmpfs"]), *self._volumes(compose, uid)],
            "linux": {
                "namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")],
                "maskedPaths": list(MASKED),
                "readonlyPaths": list(READ_ONLY),
            },
        }

    def variables(self, service: Service) -> dict[str, str]:
        """Those of the image and those that compose names, with the values of this stack."""
        here = {**self.environment_of(service), **OURS}
        if service.name == "web":
            here["PORT"] = str(self.ports.web)
        named = self.compose[service.name]["environment"]
        image = dict(line.split("=", 1) for line in self.images[self.image_of(service)]["Env"])
        ours = {
            name: here[name] if name in here else with_default(value)
            for name, value in named.items()
        }
        besides = {name: here[name] for name in (*BESIDES_COMPOSE, "PORT") if name in here}
        return image | ours | besides

    def _volumes(self, compose: Mapping[str, Any], uid: int) -> list[dict[str, Any]]:
        found = []
        for volume in compose.get("volumes", ()):
            source, target, *options = volume.split(":")
            path = COMPOSE.parent / source if "/" in source else self._writable(source, uid)
            found.append(bind(path.resolve(), target, options[0] if options else "rw"))
        return found

    def _writable(self, name: str, uid: int) -> Path:
        path = self.folder / name
        path.mkdir(exist_ok=True)
        os.chown(path, uid, uid)
        return path


def image_configuration(name: str) -> dict[str, Any]:
    inspected = json.loads(buildah("inspect", "--type=image", f"ongoza/{name}"))
    return dict(inspected["Docker"]["config"])


def account(root: Path, name: str) -> tuple[int, int]:
    """The numbers of an image's user."""
    lines = (line.split(":") for line in (root / "etc" / "passwd").read_text().splitlines())
    ((uid, gid),) = ((int(line[2]), int(line[3])) for line in lines if line[0] == name)
    return uid, gid


def with_default(value: str) -> str:
    """As compose fills in `${NAME:-default}`; a required variable must have come from the stack."""
    filled = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
    assert "${" not in filled, f"the stack has no value for {value}"
    return filled


def bind(source: Path, target: str, mode: str) -> dict[str, Any]:
    options = ["bind", mode, "nosuid", "nodev"]
    return {"type": "bind", "source": str(source), "destination": target, "options": options}


def temporary(target: str, *options: str) -> dict[str, Any]:
    every = ["nosuid", "nodev", "mode=1777", *options]
    return {"type": "tmpfs", "source": "tmpfs", "destination": target, "options": every}


SYSTEM = (
    {"type": "proc", "source": "proc", "destination": "/proc"},
    {
        "type": "tmpfs",
        "source": "tmpfs",
        "destination": "/dev",
        "options": ["nosuid", "strictatime", "mode=755", "size=65536k"],
    },
    temporary("/dev/shm", "noexec", "size=65536k"),  # noqa: S108 - as large as Docker's
    {
        "type": "sysfs",
        "source": "sysfs",
        "destination": "/sys",
        "options": ["nosuid", "noexec", "nodev", "ro"],
    },
    bind(Path("/etc/hosts"), "/etc/hosts", "ro"),
)
