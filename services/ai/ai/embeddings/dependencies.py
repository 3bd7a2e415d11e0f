"""The process's encoder for routes."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ai.embeddings.queue import EncoderQueue


async def current_encoder(request: Request) -> EncoderQueue:
    encoder: EncoderQueue = request.app.state.resources.encoder
    return encoder


CurrentEncoder = Annotated[EncoderQueue, Depends(current_encoder)]
