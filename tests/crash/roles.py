"""What a child can be told to do; its words go to standard output, a line each."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from jarvis_ctx.errors import Fenced, JarvisError
from jarvis_ctx.settings import load
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.rekeying import rekey
from tests.crash import check, endings, plants, shifts, shortages, suspects
from tests.crash.acknowledgements import Acknowledgements
from tests.crash.calls import Token, verb
from tests.crash.faults import Faults

LATE = 5 + 8 * 20
"""The count of the call that a stopped child makes when it is continued: it sets an attribute."""
SUFFERED, AFTERWARDS = 70, 8
"""Calls while system calls fail, and after that."""
T = TypeVar("T")
Errors: TypeAlias = type[Exception] | tuple[type[Exception], ...]
LONGEST = 60
"""Seconds after which a forked child ends by itself: nobody waits for it, should its test fail."""


def say(word: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def write(
    path: str,
    acks: str,
    round: int = 1,
    threads: int = 4,
    calls: int = 1_000_000,
    plant: str = "",
    checkpoint_every: int = 0,
    forks: int = 0,
    umask: int = -1,
    settings: dict[str, Any] | None = None,
) -> None:
    """Open the store, say `opened`, and call the whole API from each thread until killed or done, then say `done`.

    With `checkpoint_every`, each thread takes one after so many calls; `plant` is a break of `plants`, made first.
    With `forks`, so many forked children do the same beside it, in a process group of their own. `umask` is set first.
    """
    plants.plant(plant)
    if umask >= 0:
        os.umask(umask)
    told = Acknowledgements(Path(acks))
    threading.excepthook = _fail
    manager = JarvisContextManager(path, **(settings or {}))
    first = _forked(forks) * threads
    if first == 0:
        say("opened")
    work = [(manager, told, Token(round, first + n, 0), calls, checkpoint_every) for n in range(threads)]
    writers = [threading.Thread(target=_call, args=arguments) for arguments in work]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    say("done")
    threading.Event().wait()


def _forked(forks: int) -> int:
    """0 in the parent, 1, 2, … in its forked children."""
    if forks:
        os.setpgid(0, 0)
    for child in range(1, forks + 1):
        if os.fork() == 0:
            signal.alarm(LONGEST)
            return child
    return 0


def _fail(raised: threading.ExceptHookArgs) -> None:
    """A call that raises ends the child, so that no test takes its silence for a quiet success."""
    threading.__excepthook__(raised)
    sys.stderr.flush()
    os._exit(70)


def _call(
    manager: JarvisContextManager, told: Acknowledgements, first: Token, calls: int, checkpoint_every: int
) -> None:
    for count in range(calls):
        token = first._replace(number=count)
        told.around(token, partial(verb(token).call, manager, token))
        if checkpoint_every and count % checkpoint_every == checkpoint_every - 1:
            manager.checkpoint()


def verify(path: str, out: str, since: dict[str, int], ending: str, plant: str, settings: dict[str, Any]) -> None:
    """Read the store as a stranger, then recover it, and write both findings to `out`; end by `close` or `kill`."""
    plants.plant(plant)
    check.write(Path(path), Path(out), since, ending, settings)


def stop(path: str, acks: str, round: int, accident: bool = True, plant: str = "") -> None:
    """Make calls, stop, and when continued make one more: say `acknowledged`, or which error refused it.

    The accident: something in the process opens and closes the lock's file, and POSIX drops the lock.
    """
    plants.plant(plant)
    told = Acknowledgements(Path(acks))
    manager = JarvisContextManager(path)
    _call(manager, told, Token(round, 0, 0), 10, 0)
    if accident:
        os.close(os.open(f"{path}/run-{manager.settings.name}.lock", os.O_RDONLY))
    say("stopping")
    os.kill(os.getpid(), signal.SIGSTOP)

    late = Token(round, 0, LATE)
    try:
        told.around(late, lambda: verb(late).call(manager, late))
        say("acknowledged")
    except Fenced as error:
        say(f"Fenced {error.facts['epoch']} {error.facts['newer']}")


def seal_anew(path: str, source: str) -> None:
    """Seal the store anew with the first key of `source`; say `done`."""
    rekey(load({"path": path, "encryption_key": source}))
    say("done")


def open_twice(path: str, **settings: Any) -> None:
    """Try to open the store; say which error refused it, as JSON."""
    try:
        JarvisContextManager(path, **settings)
    except JarvisError as error:
        say(json.dumps({"error": type(error).__name__, **error.facts}, default=str))


def end(path: str, way: str) -> None:
    """Open the store, make a call, say `opened`, and end in one of the ways of `endings`."""
    manager = JarvisContextManager(path)
    manager.add_message("user", "hello")
    say("opened")
    getattr(endings, way)(manager)


def fork(path: str) -> None:
    """Open the store and fork; the child tries to open it, says its process id and what refused it, and waits for
    SIGUSR1; then it sets an attribute and says which error refused that.
    """
    manager = JarvisContextManager(path)
    manager.add_message("user", "before the fork")
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    if os.fork() != 0:
        threading.Event().wait()
    signal.alarm(LONGEST)
    say(str(os.getpid()))
    open_twice(path)
    signal.sigwait([signal.SIGUSR1])
    try:
        manager.set_attribute("orphan", True)
        say("acknowledged")
    except Fenced:
        say("Fenced")


def suspect(path: str, kind: str, way: str) -> None:
    """Live one life of the program of `suspects`."""
    suspects.run(path, kind, way, say)


def shift(path: str, life: str, settings: dict[str, Any]) -> None:
    """Live one life of the program of `shifts`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    getattr(shifts.Lives(path, say, **settings), life)()


def supervise(path: str, command: list[str], beside: list[list[str]] | None = None, **orders: Any) -> None:
    """Supervise `command`; says what happens as JSON, a line each, and the exit code at last."""
    from jarvis_ctx import settings
    from jarvis_ctx.sidecar.outside import AgentsMoved
    from jarvis_ctx.supervisor.orders import Orders
    from jarvis_ctx.supervisor.supervisor import Supervisor

    environ = {**os.environ, "JARVIS_CONTEXT_PATH": path}
    orders["beside"] = tuple(tuple(one) for one in beside or ())
    told = Orders(command=tuple(command), environ=environ, folder=Path(path), **{"name": "jarvis", **orders})
    moved = AgentsMoved(settings.load({"path": path}))
    try:
        outcome = Supervisor(told, lambda what, _, facts: say(json.dumps({"event": what, **facts})), moved).run()
        say(json.dumps({"event": "over", "exit_code": outcome.exit_code, "tripped": outcome.tripped}))
    except JarvisError as error:
        say(json.dumps({"event": type(error).__name__, **error.facts}, default=str))


def suffer(
    path: str,
    acks: str,
    round: int,
    first: int,
    last: int,
    error: int,
    settings: dict[str, Any],
    reading: bool = False,
) -> None:
    """Open the store and call the whole API while system calls fail, as `faults` says; once more when none does.

    Those that change files, or those that are for `reading` them.

    Says as JSON how many calls to the system there were, which failed first, what errors the program saw meanwhile, and
    what it saw afterwards. An error that it is not told to expect ends it, in any thread.
    """
    threading.excepthook = _fail
    faults = Faults(Path(path), first=first, last=last, error=error)
    (faults.install_in_reading if reading else faults.install)()
    told = Acknowledgements(Path(acks))
    seen, afterwards = Counter[str](), Counter[str]()
    manager = _expecting(JarvisError, seen, lambda: JarvisContextManager(path, **settings))
    if manager is not None:
        _go_on(manager, told, seen, [Token(round, 0, count) for count in range(SUFFERED)])
        _expecting((JarvisError, OSError), seen, manager.checkpoint)
        _expecting(JarvisError, seen, manager.status)
    faults.lift()
    manager = manager or JarvisContextManager(path, **settings)
    _go_on(manager, told, afterwards, [Token(round, 1, count) for count in range(AFTERWARDS)])
    _expecting(JarvisError, afterwards, manager.flush)
    if first % 2:
        manager.close()
    say(json.dumps({"made": faults.count, "failed": faults.failed[:5], "seen": seen, "afterwards": afterwards}))


def starve(path: str, acks: str, round: int, shortage: str, closing: bool, settings: dict[str, Any]) -> None:
    """Open the store and call the whole API while the machine is short of something, as `shortages` says.

    Close while it is, or make calls again when it is not any more. Says as JSON what errors the program saw meanwhile
    and afterwards, and what `status` said meanwhile.
    """
    threading.excepthook = _fail
    told = Acknowledgements(Path(acks))
    seen, afterwards = Counter[str](), Counter[str]()
    manager = JarvisContextManager(path, **settings)
    manager.checkpoint()  # So that what it imports is there.
    with getattr(shortages, shortage)(Path(path)):
        _go_on(manager, told, seen, [Token(round, 0, count) for count in range(SUFFERED)], (JarvisError, MemoryError))
        _expecting((JarvisError, OSError, MemoryError), seen, manager.checkpoint)
        status = _expecting(MemoryError, seen, manager.status) or {"lag": {}}
        if closing:
            manager.close()
    if not closing:
        _go_on(manager, told, afterwards, [Token(round, 1, count) for count in range(AFTERWARDS)])
        _recovered(manager)
    say(json.dumps({"seen": seen, "afterwards": afterwards, "lag": status["lag"]}))


def _recovered(manager: JarvisContextManager) -> None:
    """Wait until the background has caught up by itself: everything is drained, and a checkpoint was taken."""
    before = manager.keeper.taken
    while manager.journal.health().drained < manager.journal.writer.number or manager.keeper.taken == before:
        threading.Event().wait(0.005)


def _go_on(
    manager: JarvisContextManager,
    told: Acknowledgements,
    seen: Counter[str],
    tokens: list[Token],
    errors: Errors = JarvisError,
) -> None:
    """Make the calls of all tokens, also after one that failed."""
    for token in tokens:
        _expecting(errors, seen, partial(told.around, token, partial(verb(token).call, manager, token)))


def _expecting(errors: Errors, seen: Counter[str], call: Callable[[], T]) -> T | None:
    """What `call` returns; an error that it may raise is counted, and told in full to whoever reads the log."""
    try:
        return call()
    except errors as error:
        seen[type(error).__name__] += 1
        with suppress(OSError, MemoryError):  # The log may suffer from the shortage too.
            traceback.print_exc()
        return None
