"""A caller of the back end for the front end without a browser: cookies and origin by hand."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx

from scripts.stack.stack import Stack
from tests.integration.story import ANSWER_SECONDS

SESSION = "__Host-och"


@dataclass
class WebCaller:
    stack: Stack
    cookies: dict[str, str] = field(default_factory=dict)
    url: str = ""
    """Of another process than the stack's."""

    @classmethod
    def signed_up(cls, stack: Stack) -> "WebCaller":
        caller = cls(stack)
        body = {
            "email": f"{secrets.token_hex(8)}@ongoza.example",
            "password": secrets.token_urlsafe(16),
            "first_name": "Amani",
        }
        answer = caller.call("POST", "/bff/api/v1/auth/signup/", json=body)
        assert answer.status_code == 201, answer.text
        assert "token" not in answer.text
        return caller

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """httpx sends no `Secure` cookie over HTTP, which browsers do to this machine."""
        given = options.pop("headers", {})
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        url = self.url or self.stack.web_url
        headers = {"Origin": url, "Cookie": cookie, **given}
        answer = httpx.request(
            method,
            f"{url}{path}",
            headers={name: value for name, value in headers.items() if value},
            timeout=ANSWER_SECONDS,
            **options,
        )
        for header in answer.headers.get_list("set-cookie"):
            name, _, rest = header.partition("=")
            value = rest.split(";")[0]
            if value and "Max-Age=0" not in header:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer
