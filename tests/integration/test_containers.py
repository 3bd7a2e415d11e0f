"""The images are built and run as infra/compose.yml runs them, and do the work of the processes."""

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from scripts.embedded.errors import CannotRun
from scripts.embedded.ports import Ports
from scripts.images.build import NAMES, PROJECT, build
from scripts.images.buildah import buildah, program, require_root
from scripts.images.contents import write_sbom
from scripts.stack.services import BY_NAME, SERVICES, WEB
from tests.integration.containers import ContainerStack
from tests.integration.story import Learner, applied_version, eventually, outbox_depth, settled
from tests.missing import skip_but_fail_in_ci
from tests.web.caller import WebCaller

pytestmark = [pytest.mark.slow, pytest.mark.images]

RUNNING = ("core", "relay", "ai", "worker", "jobs", "webhooks", "web")
"""What stays, in containers."""
ACCOUNT = 10001
LOCK = PROJECT / "requirements.lock"


@pytest.fixture(scope="module")
def built() -> None:
    """The images of these files."""
    try:
        require_root()
        for needed in ("buildah", "crun", "debootstrap"):
            program(needed)
    except CannotRun as error:
        skip_but_fail_in_ci(str(error))
    build()


@pytest.fixture(scope="module")
def containers(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerStack]:
    """The whole stack from the images, with the demo's catalogue."""
    stack = ContainerStack(
        tmp_path_factory.mktemp("containers"),
        Ports.free(),
        durable=False,
        extra_environment={"THROTTLE": "off", "MULTILINGUAL_SEARCH": "0"},
        patience=5,
    )
    with ExitStack() as cleanup:  # each step, whichever of the others fails
        cleanup.callback(shutil.rmtree, stack.folder)
        roots: dict[str, Path] = {}
        for name in NAMES:
            container = buildah("from", "--pull=never", f"ongoza/{name}").strip()
            cleanup.callback(buildah, "rm", container)
            roots[name] = Path(buildah("mount", container).strip())
        stack.roots = roots
        cleanup.callback(stack.down)
        stack.up([*SERVICES, *(one for one in WEB if one.name != "web-build")])
        seed(stack)
        yield stack


def seed(stack: ContainerStack) -> None:
    """As the head of infra/compose.yml says, with fewer learners."""
    demo = {"DEMO_DATA": "yes", "DEMO_PASSWORD": stack.secrets["DEMO_PASSWORD"]}
    command = ["python", "-m", "core.manage", "seed", "--learners", "20"]
    done = subprocess.run(  # noqa: S603
        stack.container(BY_NAME["core"], command, demo), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    eventually(lambda: settled(stack))


@pytest.mark.parametrize("name", NAMES)
def test_an_image_has_packages_of_the_lock_alone_and_no_secret(built: None, name: str) -> None:
    """`write_sbom` refuses an image with a secret."""
    listed = json.loads(write_sbom(name).read_text())["components"]
    python = {f"{one['name']}=={one['version']}" for one in listed if ":pypi/" in one["purl"]}
    third_party = {pin for pin in python if not pin.startswith("ongoza-")}
    assert third_party <= set(re.findall(r"^\S+==\S+", LOCK.read_text(), re.MULTILINE))
    assert len(third_party) > 50 or name == "web"
    assert not {one["name"] for one in listed} & {"pip", "uv", "npm", "hf-xet", "pytest", "torch"}
    assert any(one["name"] == "libc6" for one in listed)


def test_progress_changes_the_list(containers: ContainerStack) -> None:
    learner = Learner.signed_up(containers)
    eventually(lambda: learner.source() == "precomputed")
    first = learner.recommended()[0]
    assert learner.report(first, 100, "completed") == 201
    eventually(lambda: first not in learner.recommended())
    assert applied_version(containers, learner.user_id, first) == 1
    assert eventually(lambda: outbox_depth(containers) == 0)


def test_a_page_of_web_opens_for_who_signed_up_there(containers: ContainerStack) -> None:
    caller = WebCaller.signed_up(containers)
    page = caller.call(
        "GET", "/dashboard/student", headers={"Accept-Language": "en"}, follow_redirects=True
    )
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Amani" in page.text
    assert caller.call("GET", "/bff/api/v1/users/me/").json()["first_name"] == "Amani"


@pytest.mark.parametrize("name", RUNNING)
def test_a_container_is_as_closed_as_compose_says(containers: ContainerStack, name: str) -> None:
    runtime = containers.register.alive(name)
    assert runtime
    (first,) = psutil.Process(runtime.pid).children()
    folder = Path("/proc", str(first.pid))
    status = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines())
    assert set(status["Uid"].split()) == {str(ACCOUNT)}
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapInh")} == {0}
    assert status["NoNewPrivs"] == "1"
    assert status["NSpid"].split()[1:] == ["1"]
    mounts = [line.split() for line in (folder / "mountinfo").read_text().splitlines()]
    writable = {mount[4] for mount in mounts if "rw" in mount[5].split(",")}
    volumes = {"/files", "/uploads"} if name in ("core", "jobs") else set()
    of_the_kernel = {path for path in writable if path.startswith(("/proc", "/dev"))}
    assert writable - of_the_kernel == {"/tmp", *volumes}  # noqa: S108


@pytest.mark.parametrize("name", ["core", "relay", "ai", "worker", "web"])
def test_a_container_ends_by_itself_when_it_is_asked(containers: ContainerStack, name: str) -> None:
    """As at a roll-out: by SIGTERM, without being killed; and another one starts."""
    running = containers.register.alive(name)
    assert running
    running.send(signal.SIGTERM, alone=True)
    eventually(lambda: running.process() is None)
    containers.run(name)
