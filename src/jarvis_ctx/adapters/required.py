"""Is the framework of an adapter there, and new enough? Asked before anything of it is imported."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from jarvis_ctx.errors import AdapterMissing


def check(adapter: str, extra: str, wanted: dict[str, str]) -> None:
    """Raises `AdapterMissing` for the first of the `wanted` packages that is not there or older than it says."""
    for package, least in wanted.items():
        found = _version(package)
        if found is None or _numbers(found) < _numbers(least):
            has = "none" if found is None else found
            raise AdapterMissing(adapter=adapter, package=package, wanted=least, found=has, extra=extra)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _numbers(text: str) -> tuple[int, ...]:
    numbers = (part for part in text.split(".")[:2])
    return tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in numbers)
