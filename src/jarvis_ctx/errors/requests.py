"""A running orchestrator that was asked for something."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class NotAnswered(JarvisError, TimeoutError):
    """A running orchestrator was asked for something and did not answer in time; it may still do it."""

    sentence = "The running orchestrator {orchestrator!r} in {path} did not answer within {seconds:g} s."


class RequestFailed(JarvisError):
    """A running orchestrator was asked for something and could not do it."""

    sentence = "The running orchestrator {orchestrator!r} in {path} could not do it: {reason}"
