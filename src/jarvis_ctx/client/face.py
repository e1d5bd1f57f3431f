"""What both clients are made from: address, token, patience; how httpx is set up, and what its errors mean."""

from __future__ import annotations

import random
from types import ModuleType
from typing import TYPE_CHECKING, Any

from jarvis_ctx.client.access import Token, address, is_near
from jarvis_ctx.client.course import SILENCE, Course
from jarvis_ctx.client.question import Question
from jarvis_ctx.client.retrying import Failure, Patience, Reply, Send
from jarvis_ctx.errors import BadValue, ClientMissing
from jarvis_ctx.model.answers import EventLine

if TYPE_CHECKING:
    import httpx

AGENT = "jarvis-ctx-client"


class Face:
    """The part of a client that has no colour."""

    def __init__(self, url: str, token: str | Token, patience: Patience, *, fresh: bool = False) -> None:
        """Raises `BadValue` for an address or a token that can be none, and `ClientMissing`."""
        self.url, self.patience = address(url), patience
        self._token, self._httpx = token if isinstance(token, Token) else Token(token), _library()
        self._draw = random.random
        self._headers = {"user-agent": AGENT, "accept": "application/json"} | (
            {"cache-control": "no-cache"} if fresh else {}
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def options(self) -> dict[str, Any]:
        """What an httpx client is made with. No redirect is followed: it could carry the token elsewhere."""
        return {
            "base_url": self.url,
            "auth": self._sign,
            "headers": self._headers,
            "timeout": self.patience.timeout,
            "trust_env": not is_near(self.url),
            "follow_redirects": False,
        }

    def _sign(self, request: httpx.Request) -> httpx.Request:
        request.headers["authorization"] = self._token.header
        return request

    def request(self, step: Send) -> dict[str, Any]:
        """A step as the arguments of `httpx.Client.request`."""
        question = step.question
        patience = self.patience.timeout if question.method == "GET" else self.patience.write_timeout
        wait = self._httpx.Timeout(self.patience.timeout, read=max(patience, question.wait or 0))
        return {
            "method": question.method,
            "url": question.path,
            "params": list(question.parameters),
            "json": question.body,
            "timeout": wait,
        }

    def listening(self, question: Question[Any]) -> dict[str, Any]:
        """A stream's question as the arguments of `httpx.Client.stream`."""
        wait = self._httpx.Timeout(self.patience.timeout, read=SILENCE)
        return {**self.request(Send(question)), "headers": {"accept": "text/event-stream"}, "timeout": wait}

    def course(self, question: Question[EventLine]) -> Course:
        """A stream that has not begun."""
        return Course(question, self.url, self.patience, self._draw)

    @property
    def broken(self) -> type[httpx.RequestError]:
        """What httpx raises when no answer comes, or not all of it."""
        found: type[httpx.RequestError] = self._httpx.RequestError
        return found

    def failure(self, error: Exception) -> Failure:
        """What one of httpx's errors means."""
        unsent = isinstance(error, (self._httpx.ConnectError, self._httpx.ConnectTimeout, self._httpx.PoolTimeout))
        return Failure(reason=reason_of(error), sent=not unsent, error=error)

    @staticmethod
    def reply(response: httpx.Response) -> Reply:
        """An answer that was read."""
        return Reply(status=response.status_code, headers=response.headers, body=response.content)


def reason_of(error: Exception) -> str:
    """What the matter was, in a few words."""
    said = str(error).strip().rstrip(".")
    return said or {"ReadTimeout": "no answer in time"}.get(type(error).__name__, type(error).__name__)


def page_size(limit: int | None, largest: int) -> int:
    """How many to ask for at once when `limit` (None: all) are wanted. Raises `BadValue` for a limit below 1."""
    if limit is not None and (type(limit) is not int or limit < 1):
        raise BadValue(name="limit", value=limit, expected="a whole number from 1")
    return largest if limit is None else min(limit, largest)


def _library() -> ModuleType:
    try:
        import httpx
    except ModuleNotFoundError as error:
        raise ClientMissing(library=error.name) from error
    return httpx
