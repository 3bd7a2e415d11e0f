"""The same model on sentence-transformers, for GPUs and to verify the other backend."""

from collections.abc import Sequence

import numpy as np

from ai.embeddings.encoder import check_texts
from ai.embeddings.manifest import model_folder, read_manifest, require_recorded
from ai.kit.vectors import Matrix, ModelIdentity


class SentenceTransformersEncoder:
    def __init__(self, device: str | None = None) -> None:
        """`device` as torch names it; a GPU by default where there is one. Needs `ai[torch]`.

        Raises WrongModel unless the installed model is the recorded one.
        """
        # Only here, so that this module can be imported where torch is not installed.
        from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

        manifest = read_manifest()
        folder = model_folder(manifest.package)
        require_recorded(manifest, folder)
        self._identity = manifest.identity
        self._model = SentenceTransformer(str(folder), device=device, local_files_only=True)

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def encode(self, texts: Sequence[str]) -> Matrix:
        check_texts(texts)
        if not texts:
            return np.empty((0, self._identity.dimension), np.float32)
        vectors: Matrix = self._model.encode(list(texts), show_progress_bar=False)
        return vectors
