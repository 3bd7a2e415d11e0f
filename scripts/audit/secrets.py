"""Finds passwords and keys in files that others get to see."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST_BYTES = 5_000_000
SHAPES: dict[str, bytes] = {
    "private key": rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}",
    "AWS access key": rb"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
    "GitHub token": rb"\bgh[oprsu]_[A-Za-z0-9]{36}\b",
    "Google API key": rb"\bAIza[A-Za-z0-9_-]{35}\b",
    "npm token": rb"\bnpm_[A-Za-z0-9]{36}\b",
    "PyPI token": rb"\bpypi-AgEI[A-Za-z0-9_-]{50,}",
    "Slack token": rb"\bxox[abprs]-[0-9]{8,}-[A-Za-z0-9-]{10,}",
    "Stripe key": rb"\b[rs]k_live_[A-Za-z0-9]{16,}",
    "signed token": rb"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{40,}\b",
    "address with a password": rb"\b(?:postgres(?:ql)?|rediss?|amqps?)://[^\s:/@'\"`{}$<]+:[^\s:/@'\"`{}$<]{12,}@",
}
_SHAPES = {kind: re.compile(shape) for kind, shape in SHAPES.items()}


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}"


def scan(root: Path, files: Iterable[Path], known: Iterable[str] = ()) -> Iterator[Finding]:
    """What looks like a secret, and every occurrence of one of the `known` ones, by its value.
    Links and files of other kinds are passed over, as are those over 5 MB."""
    values = [value.encode() for value in known]
    for path in files:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_BYTES:
            continue
        content = path.read_bytes()
        places = [(kind, found.start()) for kind, shape in _SHAPES.items()
                  for found in shape.finditer(content)]  # fmt: skip
        places += [
            ("a secret of this machine", content.index(value))
            for value in values
            if value in content
        ]
        for kind, start in places:
            line = content.count(b"\n", 0, start) + 1
            yield Finding(str(path.relative_to(root)), line, kind)
