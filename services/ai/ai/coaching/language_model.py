"""A language model behind an API that is compatible with OpenAI's chat completions."""

import asyncio
import json
from typing import Any, Protocol

import httpx
from pydantic import BaseModel, Field, ValidationError

from ai.coaching.placeholders import Wording
from ai.kit.settings import Settings

PATH = "chat/completions"
ANSWER_BYTES_MAX = 20_000
TOKENS_MAX = 300
PROMPT = (
    "You get advice for a learner as JSON with the fields text and why_now. Say the same in other"
    " words, in the same language, friendly and short. Add nothing: no number, date, name, link,"
    " promise, grade or price. Keep each placeholder such as {1} as it is. Answer with JSON that"
    " has the same two fields, and nothing else."
)


class ModelFailed(Exception):
    """The model did not answer in time, or not validly; the text is the kind of failure."""


class ModelAnswer(BaseModel):
    """What the model said, and which version of it says so."""

    wording: Wording
    version: str = Field(max_length=100, pattern=r"^[ -~]*$")


class LanguageModel(Protocol):
    @property
    def name(self) -> str: ...
    async def rephrase(self, wording: Wording) -> ModelAnswer: ...
    async def close(self) -> None: ...


class _Fields(BaseModel):
    text: str
    why_now: str


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Completion(BaseModel):
    model: str
    choices: list[_Choice] = Field(min_length=1)


class ChatModel:
    """Is sent the rule's text and why it is given now, without numbers; nothing of a learner."""

    def __init__(self, base_url: str, name: str, key: str, seconds: float) -> None:
        self.name = name
        self._seconds = seconds
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=seconds,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=1),
        )

    async def rephrase(self, wording: Wording) -> ModelAnswer:
        """Raises ModelFailed."""
        body = {
            "model": self.name,
            "temperature": 0,
            "max_tokens": TOKENS_MAX,
            "messages": [
                {"role": "system", "content": PROMPT},
                {"role": "user", "content": json.dumps(wording._asdict(), ensure_ascii=False)},
            ],
        }
        try:
            async with asyncio.timeout(self._seconds):
                completion = _Completion.model_validate_json(await self._post(body))
            said = _Fields.model_validate_json(completion.choices[0].message.content)
            return ModelAnswer(wording=Wording(**said.model_dump()), version=completion.model)
        except (httpx.HTTPError, TimeoutError, ValidationError) as error:
            # Only the class of the error: its message may repeat what was sent or answered.
            raise ModelFailed(type(error).__name__) from None

    async def close(self) -> None:
        await self._http.aclose()

    async def _post(self, body: dict[str, Any]) -> bytes:
        content = b""
        async with self._http.stream("POST", PATH, json=body) as response:
            if response.status_code != httpx.codes.OK:
                raise ModelFailed(f"status {response.status_code}")
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > ANSWER_BYTES_MAX:
                    raise ModelFailed("answer too long")
        return content


def open_language_model(settings: Settings) -> LanguageModel | None:
    """None where no model is configured. Nothing is sent until it is used."""
    if not settings.llm_base_url:
        return None
    return ChatModel(
        settings.llm_base_url,
        settings.llm_model,
        settings.llm_api_key.get_secret_value(),
        settings.llm_seconds,
    )
