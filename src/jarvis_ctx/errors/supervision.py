"""A command that is to be watched: it does not start, or somebody watches or has left it already."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError
from jarvis_ctx.errors.runs import AlreadyRunning


class CommandNotStarted(JarvisError, OSError):
    """The system cannot run the command that was given."""

    sentence = "The command {command!r} cannot be started: {reason}."


class AlreadySupervised(JarvisError):
    """A second supervisor of one name in one store."""

    sentence = "Process {pid} supervises {name!r} in {path} already; end it, or give this one another name with --name."


class LeftRunning(JarvisError):
    """The command still runs that a supervisor had started which was killed; a second one is not started beside it."""

    sentence = (
        "Process {pid}, which a supervisor of {name!r} in {path} has left behind, still runs; "
        "take it over with --adopt, or end it."
    )


class RunsUnwatched(AlreadyRunning):
    """The orchestrator runs without a supervisor; a second one is not started beside it."""

    sentence = (
        "{orchestrator!r} runs in {path} as process {pid} on {host} already, without a supervisor; "
        "take it over with --adopt --name {orchestrator}, end it, or give this one another name with --name."
    )
