"""Texts to vectors, with the model that content is embedded with."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Response

from ai.embeddings.dependencies import CurrentEncoder
from ai.kit.auth import CurrentCaller
from ai.kit.bodies import read_json
from ai.kit.vectors import Matrix, ModelIdentity
from ongoza_contracts.http.embeddings import Embedding, EmbeddingRequest, EmbeddingResponse

DECIMALS = 8
"""The precision of a float32 of a unit vector; more digits would only make answers longer."""

router = APIRouter(prefix="/api/v1", tags=["embeddings"])


@router.post("/embeddings", response_model=EmbeddingResponse)
async def embed(
    caller: CurrentCaller,
    encoder: CurrentEncoder,
    body: Annotated[EmbeddingRequest, Depends(read_json(EmbeddingRequest))],
) -> Response:
    """Each text, without the space around it, with its vector of length 1, in the order given.

    What is beyond the model's length (256 tokens) does not count. Texts of callers are not kept:
    the cache of vectors holds catalogue texts alone.
    """
    vectors = await encoder.encode(body.texts)
    answer = _answer(body.texts, vectors, encoder.identity)
    return Response(answer.model_dump_json(), media_type="application/json")


def _answer(texts: list[str], vectors: Matrix, identity: ModelIdentity) -> EmbeddingResponse:
    rows = np.round(vectors.astype(np.float64), DECIMALS).tolist()
    embeddings = [
        Embedding(text=text, embedding=row) for text, row in zip(texts, rows, strict=True)
    ]
    return EmbeddingResponse(
        embeddings=embeddings, model=identity.model, dimension=identity.dimension
    )
