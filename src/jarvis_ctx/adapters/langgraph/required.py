"""Is LangGraph there, and new enough? Imported before anything of it is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from jarvis_ctx.errors import AdapterMissing

WANTED = {"langgraph": "1.2", "langgraph-checkpoint": "4.3"}


def check(wanted: dict[str, str]) -> None:
    """Raises `AdapterMissing` for the first of these packages that is not there or too old."""
    for package, least in wanted.items():
        found = _version(package)
        if found is None or _numbers(found) < _numbers(least):
            has = "none" if found is None else found
            raise AdapterMissing(
                adapter="jarvis_ctx.adapters.langgraph", package=package, wanted=least, found=has, extra="langgraph"
            )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _numbers(text: str) -> tuple[int, ...]:
    numbers = (part for part in text.split(".")[:2])
    return tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in numbers)


check(WANTED)
