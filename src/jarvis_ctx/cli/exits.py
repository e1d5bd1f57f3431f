"""How the command ended, for scripts: a name for each exit code."""

from __future__ import annotations

from enum import IntEnum

from jarvis_ctx import errors


class ExitCode(IntEnum):
    """Exit codes of `jarvis-ctx`; they keep their meaning."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_STORE = 3
    NOT_RUNNING = 4
    BUSY = 5
    DAMAGED = 6
    UNSAFE = 7
    PROBLEMS = 8
    GAVE_UP = 9
    NOT_STARTED = 126
    NO_COMMAND = 127


MEANINGS = {
    ExitCode.OK: "done, or all is well",
    ExitCode.FAILED: "it did not work, for a reason that has no code of its own",
    ExitCode.USAGE: "a wrong option, argument or setting",
    ExitCode.NO_STORE: "there is no store, or no orchestrator of that name in it",
    ExitCode.NOT_RUNNING: "`status --check`, `mark`: the orchestrator does not run",
    ExitCode.BUSY: "somebody else has it, or the database or the API cannot be used at the moment: try again",
    ExitCode.DAMAGED: "stored data does not verify, or a newer version wrote it",
    ExitCode.UNSAFE: "the folder or a file is not this user's alone",
    ExitCode.PROBLEMS: "`doctor` and `status --check` found a problem",
    ExitCode.GAVE_UP: "`run`: the command has died too often and is not started again",
    ExitCode.NOT_STARTED: "`run`: the command is there and cannot be run",
    ExitCode.NO_COMMAND: "`run`: there is no such command",
}
"""What docs/cli.md says of each code."""

# The first that fits.
_CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (errors.NoStore, ExitCode.NO_STORE),
    (errors.UnknownOrchestrator, ExitCode.NO_STORE),
    (errors.SeveralOrchestrators, ExitCode.USAGE),
    (errors.UnknownSetting, ExitCode.USAGE),
    (errors.BadSetting, ExitCode.USAGE),
    (errors.BadValue, ExitCode.USAGE),
    (errors.UnknownMoment, ExitCode.USAGE),
    (errors.NoBase, ExitCode.USAGE),
    (errors.ExposedBind, ExitCode.USAGE),
    (errors.UnknownToken, ExitCode.USAGE),
    (errors.NotRunning, ExitCode.NOT_RUNNING),
    (errors.EncryptionKeyMissing, ExitCode.USAGE),
    (errors.WrongEncryptionKey, ExitCode.USAGE),
    (errors.BadEncryptionKey, ExitCode.USAGE),
    (errors.AlreadyRunning, ExitCode.BUSY),
    (errors.AlreadySupervised, ExitCode.BUSY),
    (errors.LeftRunning, ExitCode.BUSY),
    (errors.StoreDamaged, ExitCode.DAMAGED),
    (errors.StoreUnavailable, ExitCode.BUSY),
    (errors.NotAnswered, ExitCode.BUSY),
    (errors.UnsafeFolder, ExitCode.UNSAFE),
    (errors.CorruptData, ExitCode.DAMAGED),
    (errors.NotOurs, ExitCode.DAMAGED),
    (errors.NewerSchema, ExitCode.DAMAGED),
    (errors.BadRequest, ExitCode.USAGE),
    (errors.NotFound, ExitCode.USAGE),
    (errors.Unauthorized, ExitCode.USAGE),
    (errors.Forbidden, ExitCode.USAGE),
    (errors.Conflict, ExitCode.BUSY),
    (errors.RateLimited, ExitCode.BUSY),
    (errors.ServerUnavailable, ExitCode.BUSY),
    (errors.ServerUnreachable, ExitCode.BUSY),
    (errors.CommandNotStarted, ExitCode.NOT_STARTED),
    (PermissionError, ExitCode.UNSAFE),
)


def code_of(error: BaseException) -> ExitCode:
    """The exit code an error ends a command with."""
    if isinstance(error, errors.CommandNotStarted) and error.facts["missing"]:
        return ExitCode.NO_COMMAND
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.FAILED)
