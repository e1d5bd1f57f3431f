"""Bodies and parameters of requests: read once, as JSON and nothing else, and refused with the nearest right name."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from flask import Request, Response
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from jarvis_ctx import decoding
from jarvis_ctx.errors import did_you_mean
from jarvis_ctx.web import limits
from jarvis_ctx.web.models import Asked
from jarvis_ctx.web.problems import problem


class Refused(HTTPException):
    """Ends a request with a response that was made already."""

    def __init__(self, response: Any) -> None:
        super().__init__(response=response)


class JsonRequest(Request):
    """A request whose body is application/json, well formed, and not deep, or not there. Raises `Refused`."""

    max_content_length = limits.BODY

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The body; `{}` where none was sent. It is never looked past: one that is none ends in 415 or 400."""
        if "body" not in self.__dict__:
            self.__dict__["body"] = self._body()
        return self.__dict__["body"]

    def _body(self) -> Any:
        data = self.get_data(cache=False)
        if not (data or self.mimetype):
            return {}
        if self.mimetype != "application/json":
            raise Refused(problem(415, "Send the body as application/json.", "not-json"))
        if limits.depth(data) > limits.DEPTH:
            raise Refused(problem(400, f"A body may be {limits.DEPTH} deep.", "too-deep"))
        try:
            return _no_text(decoding.plain(data))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(problem(400, f"The body is not well formed JSON: {error}.", "malformed-json")) from error


def _no_text(found: Any) -> Any:
    # The library would read a text as JSON once more.
    return [] if isinstance(found, str) else found


def invalid(error: ValidationError) -> Response:
    """The 422 for what a model has refused: each field with what is wrong, and the nearest right name."""
    known = _fields(error.title)
    errors = [{"field": ".".join(map(str, each["loc"])), "problem": _problem(each, known)} for each in error.errors()]
    said = "; ".join(f"{each['field']}: {each['problem']}" if each["field"] else each["problem"] for each in errors[:5])
    return problem(422, said, "not-acceptable", errors=errors[:100])  # type: ignore[return-value]  # Werkzeug's own.


def _fields(title: str) -> list[str]:
    models: list[type[BaseModel]] = [Asked]
    while models:
        model = models.pop()
        if model.__name__ == title:
            return list(model.model_fields)
        models += model.__subclasses__()
    return []


def _problem(error: Any, known: list[str]) -> str:
    if error["type"] == "model_type":
        return "A body is an object."
    return str(error["msg"]).removeprefix("Value error, ") + _hint(error, known)


def _hint(error: Any, known: list[str]) -> str:
    match error["type"]:
        case "extra_forbidden":
            return did_you_mean(str(error["loc"][-1]), known)
        case "literal_error":
            return did_you_mean(str(error["input"]), re.findall(r"'(\w+)'", error["ctx"]["expected"]))
        case _:
            return ""
