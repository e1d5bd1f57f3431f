"""A function's parameters and colour, read from its code."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Generator
from typing import Any

from msgspec import UNSET

from jarvis_ctx.capture.parameters import colour, parameters


def function(self: Any, first: int, /, second: int = 2, *rest: int, third: int = 3, **more: int) -> None: ...
async def coroutine() -> None: ...


def generator() -> Generator[int, None, None]:
    yield 1


async def async_generator() -> AsyncGenerator[int, None]:
    yield 1


def test_each_argument_is_found_in_a_call_as_python_itself_would_find_it() -> None:
    takes = parameters(function, first=1)

    found = {name: argument.of((None, 10), {"third": 30}) for name, argument in takes.arguments.items()}

    assert found == {"first": 10, "second": 2, "third": 30}
    assert takes.arguments["first"].of((), {}) is UNSET
    assert takes.keywords


def test_the_arguments_of_a_call_by_name_include_what_stars_gather() -> None:
    named = parameters(function, first=1).named((None, 1, 2, 3, 4), {"third": 5, "other": 6})

    assert named == {"first": 1, "second": 2, "rest": [3, 4], "third": 5, "other": 6}


def test_the_parameters_of_a_decorated_function_are_those_of_the_function_inside() -> None:
    @functools.wraps(function)
    def decorated(*args: Any, **kwargs: Any) -> None: ...

    assert list(parameters(decorated, first=1).arguments) == ["first", "second", "third"]


def test_of_a_function_without_python_code_nothing_is_known_but_that_it_takes_arguments() -> None:
    takes = parameters(len, first=0)

    assert takes.arguments == {}
    assert takes.named(([1],), {}) == {"args": [[1]]}


def test_colours_are_told_apart() -> None:
    class Callable:
        async def __call__(self) -> None: ...

    found = [colour(it) for it in (function, coroutine, generator, async_generator, len, Callable(), Callable)]

    assert found == ["sync", "async", "generator", "async generator", "sync", "async", "sync"]
    assert colour(functools.partial(coroutine)) == "async"
