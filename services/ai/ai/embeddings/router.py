"""Texts to vectors, with the model that content is embedded with."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Request, Response

from ai.embeddings.dependencies import CurrentEncoder
from ai.embeddings.queue import EncoderBusy, cost
from ai.kit.auth import CurrentCaller
from ai.kit.bodies import read_json
from ai.kit.errors import ServiceUnavailable
from ai.kit.fairness import Budget, Concurrency, run_in_child, while_connected
from ai.kit.vectors import Matrix, ModelIdentity
from ongoza_contracts.http.embeddings import Embedding, EmbeddingRequest, EmbeddingResponse

DECIMALS = 8
"""The precision of a float32 of a unit vector; more digits would only make answers longer."""
MANY_TEXTS = 8
"""Vectors of more are written as JSON in a process beside this one."""

router = APIRouter(prefix="/api/v1", tags=["embeddings"])
concurrency = Concurrency(2)


def new_budget() -> Budget:
    """Characters that the model may read: about 8 s of its time a minute for each caller."""
    return Budget(300_000, seconds=60)


@router.post(
    "/embeddings",
    name="compute",
    response_model=EmbeddingResponse,
    dependencies=[Depends(concurrency)],
)
async def embed(
    request: Request,
    caller: CurrentCaller,
    encoder: CurrentEncoder,
    body: Annotated[EmbeddingRequest, Depends(read_json(EmbeddingRequest))],
) -> Response:
    """Each text, stripped of surrounding white space, and its unit vector, in the order given.

    Tokens after the model's first 256 are ignored. Texts of callers are not stored: the cache of
    vectors holds catalogue texts alone. 429 for a caller who has two requests running or who used
    up the characters of a minute; `Retry-After` says when to try again.
    """
    budget: Budget = request.app.state.embedding_budget
    characters = sum(map(cost, body.texts))
    budget.spend(caller.user_id, characters)
    try:
        vectors = await while_connected(request, encoder.encode(body.texts))
    except EncoderBusy:
        budget.refund(caller.user_id, characters)
        raise
    arguments = body.texts, vectors, encoder.identity
    try:
        many = len(body.texts) > MANY_TEXTS
        answer = await run_in_child(_answer, *arguments) if many else _answer(*arguments)
    except ServiceUnavailable:  # the vectors, which cost the most, are there
        answer = _answer(*arguments)
    return Response(answer, media_type="application/json")


def _answer(texts: list[str], vectors: Matrix, identity: ModelIdentity) -> str:
    rows = np.round(vectors.astype(np.float64), DECIMALS).tolist()
    embeddings = [
        Embedding(text=text, embedding=row) for text, row in zip(texts, rows, strict=True)
    ]
    return EmbeddingResponse(
        embeddings=embeddings, model=identity.model, dimension=identity.dimension
    ).model_dump_json()
