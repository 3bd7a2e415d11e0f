"""`python -m ai rebuild` in copies of one process that has imported what it needs: the imports take
three seconds of processor time, most of what a rebuild of a few items takes."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module, reload
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as ai's processes do before they import numpy

PATIENCE_SECONDS = 300
IMPORTED = (
    "ai.__main__",
    "ai.rebuild.rebuild",
    "ai.rebuild.show",
    "ai.embeddings.multilingual",
    "ai.embeddings.onnx",
    "pydantic_settings",
)
"""All but the command itself, which looks at its environment and output when it is imported."""
_context = get_context("forkserver")
_context.set_forkserver_preload([__name__, *IMPORTED])


def run_ai(arguments: Sequence[str], environment: Mapping[str, str]) -> CompletedProcess[str]:
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("stdout", "stderr")]
        copy = _context.Process(target=_run, args=(arguments, dict(environment), files))
        copy.start()
        copy.join(PATIENCE_SECONDS)
        if copy.exitcode is None:
            copy.kill()
            copy.join()
            raise TimeoutError(f"ai {arguments} has not ended after {PATIENCE_SECONDS} s")
        stdout, stderr = (file.read_text() for file in files)
        return CompletedProcess([*arguments], copy.exitcode, stdout, stderr)


def _run(arguments: Sequence[str], environment: Mapping[str, str], files: Sequence[Path]) -> None:
    for descriptor, file in enumerate(files, start=1):
        with file.open("wb") as opened:
            os.dup2(opened.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    reload(import_module("ai.kit.failpoints"))  # it has read its variable
    sys.argv = ["ai", *arguments]
    import_module("ai.__main__").main()
