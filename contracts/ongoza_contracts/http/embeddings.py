from typing import Annotated

from pydantic import Field, StringConstraints

from ongoza_contracts.http.base import Request, Response

TEXTS_MAX = 64
TEXT_MAX_CHARACTERS = 8192

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_MAX_CHARACTERS)
]


class EmbeddingRequest(Request):
    texts: list[Text] = Field(min_length=1, max_length=TEXTS_MAX)


class Embedding(Response):
    text: str
    embedding: list[float]


class EmbeddingResponse(Response):
    embeddings: list[Embedding]
    """In the order of the request's texts."""
    model: str
    dimension: int
