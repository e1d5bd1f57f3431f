"""Who may write: one live run of a name, and none that was overtaken."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class AlreadyRunning(JarvisError):
    """A second live run of one orchestrator's name in one store."""

    sentence = (
        "{orchestrator!r} already runs in {path} as process {pid} on {host}; "
        "end that process, or give this one another name (name=, JARVIS_NAME or --name)."
    )


class NotAtRest(AlreadyRunning):
    """Something was asked of a store that can only be done while nobody runs in it."""

    sentence = (
        "{orchestrator!r} runs in {path} as process {pid} ({program}) on {host}, and this is done while nobody runs "
        "there: {remedy}."
    )


class Fenced(JarvisError):
    """A newer run has begun: this process may not write any more; the call was not stored."""

    sentence = (
        "Run {run} (epoch {epoch}) of {orchestrator!r} was overtaken by epoch {newer}; "
        "this call was not stored and this process should end."
    )


class Closed(JarvisError):
    """The sidecar has been closed; the call was not stored."""

    sentence = "The context manager of {orchestrator!r} is closed; this call was not stored."


class NotRunning(JarvisError):
    """Something was asked of an orchestrator that only one that runs can do."""

    sentence = "{orchestrator!r} does not run in {path}, so it cannot {what}; {remedy}."


class NotTheOwner(JarvisError):
    """A worker, or a manager that is closed, was asked for what only the orchestrator's own process does."""

    sentence = "This process does not run {orchestrator!r} any more or never did, so it cannot {what}."


class NothingToKeep(JarvisError):
    """A checkpoint was asked for of a store in which nobody has run yet."""

    sentence = "{orchestrator!r} has not run in {path} yet, so there is nothing to take a checkpoint of."


class TooManyObjects(JarvisError):
    """A run has made so many objects with a state that the state of later ones is not kept."""

    sentence = "The state of this object of {cls} is not kept: this run has made {limit} objects with a state before."
