"""Every setting with its value and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jarvis_ctx import settings
from jarvis_ctx.codec.redaction import Redaction


def lines(arguments: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """What a sidecar started here with these arguments would be told. Raises `UnknownSetting`, `BadSetting`."""
    chosen, defaults = settings.load(arguments, environ), settings.Settings()
    shown = Redaction(chosen.secret_names)
    return [
        {
            "setting": name,
            "value": shown(getattr(chosen, name)),
            "source": source,
            "variable": settings.variable(name),
            "default": getattr(defaults, name),
        }
        for name, source in settings.sources(arguments, environ).items()
    ]
