"""Vectors as arrays, and the identity of the model that made them."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Row: TypeAlias = NDArray[np.float32]
Matrix: TypeAlias = NDArray[np.float32]
"""One row for each text."""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Vectors may be compared with each other only when all of this is equal."""

    model: str
    revision: str
    """Derived from everything that decides a vector: weights, tokenizer, length limit."""
    precision: str
    dimension: int

    @property
    def key(self) -> tuple[str, str, str]:
        """Model, revision and precision: what stored vectors are labelled with."""
        return self.model, self.revision, self.precision
