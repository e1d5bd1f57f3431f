"""A store that is not there, not safe, not readable, or not ours to read."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class UnsafeFolder(JarvisError, PermissionError):
    """The store's folder, or a file in it, could be read or changed by someone else."""

    sentence = "{path} {problem}; {remedy}."


class NoStore(JarvisError, FileNotFoundError):
    """A command for an existing store was given a folder without one."""

    sentence = "There is no jarvis-ctx store in {path}{hint}; name one with --path or JARVIS_CONTEXT_PATH."

    def __init__(self, *, path: str, hint: str = "") -> None:
        super().__init__(path=path, hint=hint)


class NewerSchema(JarvisError):
    """The database was written by a newer version; it is left untouched."""

    sentence = "{path} has schema {found}, newer than {known} which this version knows; upgrade jarvis-ctx."


class StoreUnavailable(JarvisError):
    """The database cannot be used at the moment; captured calls go on in the journal."""

    sentence = "The database {path} cannot be used: {reason}."


class StoreDamaged(StoreUnavailable):
    """The database is corrupt or none of ours: trying again is no use, it is to be moved aside and rebuilt."""


class StoreInUse(StoreUnavailable):
    """A signal handler or a finaliser asked for the database in the middle of its own thread's work with it, or append.

    Waiting would be waiting for itself.
    """

    def __init__(self, *, path: str) -> None:
        super().__init__(path=path, reason="this very thread is in the middle of using it")


class UnknownOrchestrator(JarvisError, LookupError):
    """A store that exists was asked about an orchestrator it does not hold."""

    sentence = "There is no orchestrator {name!r} in {path}{hint}; it holds {known}."


class SeveralOrchestrators(JarvisError, LookupError):
    """A store of several orchestrators was asked without saying which one is meant."""

    sentence = "{path} holds several orchestrators: {known}; name one with --name or JARVIS_NAME."
