"""The root of all errors, and the nearest right name for a wrong one."""

from __future__ import annotations

from typing import ClassVar


class JarvisError(Exception):
    """Root of all errors of this package.

    `sentence` is the message, a template over the keyword arguments, which are kept as attributes.
    """

    sentence: ClassVar[str] = "jarvis-ctx could not do this."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        self.__dict__.update(facts)
        super().__init__(self.sentence.format(**facts))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.facts)


def _rebuild(cls: type[JarvisError], facts: dict[str, object]) -> JarvisError:
    return cls(**facts)


def did_you_mean(word: str, known: list[str]) -> str:
    """` (did you mean x?)` for the nearest of `known`, or nothing."""
    from difflib import get_close_matches  # Here, because only a mistake needs it and a start should not wait for it.

    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else ""
