"""The methods of a class, as a call finds them."""

from __future__ import annotations

import functools
from types import SimpleNamespace

from jarvis_ctx.capture.methods import functions_of, methods


class Base:
    def kept(self) -> None: ...
    def hidden(self) -> None: ...
    def overridden(self) -> None: ...


class Sub(Base):
    hidden = None  # type: ignore[assignment]  # as a subclass says that it has no such method

    def overridden(self) -> None: ...

    @functools.lru_cache  # noqa: B019 - a decorated method is what is looked at
    def cached(self) -> None: ...

    @staticmethod
    def static() -> None: ...

    @classmethod
    def of_class(cls) -> None: ...

    @property
    def value(self) -> int:
        return 1

    class Inner: ...


def test_methods_are_found_with_their_binding_and_the_class_that_defines_them() -> None:
    found = {name: (method.binding, method.owner) for name, method in methods(Sub).items()}

    assert found == {
        "kept": ("instance", Base),
        "overridden": ("instance", Sub),
        "cached": ("instance", Sub),
        "static": ("static", Sub),
        "of_class": ("class", Sub),
    }


def test_functions_that_an_object_holds_are_called_without_it() -> None:
    held = SimpleNamespace(run=lambda task: task, size=3)

    found = {name: (method.binding, method.first) for name, method in functions_of(held).items()}

    assert found == {"run": ("static", 0)}
    assert functions_of(3) == {}
