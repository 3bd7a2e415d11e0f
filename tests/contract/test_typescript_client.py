"""TypeScript clients generated from both OpenAPI documents, as an application of ours uses them."""

import json
import secrets
from pathlib import Path

import httpx
import pytest

from scripts.stack.stack import Stack
from scripts.web.node import NODE, npm, run

CLIENT = Path(__file__).parent / "typescript_client"


def write_documents(stack: Stack) -> None:
    folder = CLIENT / "documents"
    folder.mkdir(exist_ok=True)
    served = {"core": f"{stack.core_url}/api/schema/", "ai": f"{stack.ai_url}/openapi.json"}
    for name, url in served.items():
        accepted = {"Accept": "application/vnd.oai.openapi+json, application/json"}
        answer = httpx.get(url, headers=accepted, timeout=30).raise_for_status()
        (folder / f"{name}.json").write_text(json.dumps(answer.json()))


@pytest.mark.slow
def test_generated_clients_compile_strictly_and_take_a_learner_through_both_services(
    stack: Stack,
) -> None:
    write_documents(stack)
    npm(CLIENT, "ci", "--no-audit", "--no-fund")
    run([NODE, "node_modules/@hey-api/openapi-ts/bin/run.js"], CLIENT)
    run([NODE, "node_modules/typescript/bin/tsc"], CLIENT)
    email, password = f"{secrets.token_hex(8)}@ongoza.example", secrets.token_urlsafe(16)
    command = [NODE, "dist/main.js", stack.core_url, stack.ai_url, email, password]
    said = json.loads(run(command, CLIENT))
    assert said["listed"] == ["builders", "builders"]
    assert said["skills"] > 0
    assert (said["recommended_for"], said["recommended"]) == (said["user"], 3)
    assert said["refused"] == [401, "wrong_credentials"]
    assert said["wrong_password"] == [403, "wrong_password"]
    assert said["erased"] == 204
