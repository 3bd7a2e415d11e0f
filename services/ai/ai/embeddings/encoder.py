"""The interface of encoders, which turn texts into vectors."""

from collections.abc import Sequence
from typing import Protocol

from ai.kit.settings import Backend
from ai.kit.vectors import Matrix, ModelIdentity


class InvalidText(ValueError):
    """A text that is not valid Unicode."""


class Encoder(Protocol):
    """May be called from several threads at a time; blocks, so never call it on an event loop."""

    @property
    def identity(self) -> ModelIdentity: ...

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors in the order of the texts. The model reads a text only up to its length
        limit.

        Raises InvalidText.
        """
        ...


def open_encoder(backend: Backend = "onnx") -> Encoder:
    """Load the model; only the chosen backend's libraries are imported.

    Raises ai.embeddings.manifest.WrongModel when the installed model is not the recorded one.
    """
    if backend == "onnx":
        from ai.embeddings.onnx import OnnxEncoder

        return OnnxEncoder()
    from ai.embeddings.sentence_transformers import SentenceTransformersEncoder

    return SentenceTransformersEncoder()


def check_texts(texts: Sequence[str]) -> None:
    """Raise InvalidText with the position of the text, which a backend's error would not name."""
    if isinstance(texts, str):
        raise TypeError("a sequence of texts is wanted, not one text")
    for position, text in enumerate(texts):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InvalidText(
                f"text {position} is not valid Unicode: "
                f"lone surrogate {text[error.start]!a} at character {error.start}"
            ) from None
