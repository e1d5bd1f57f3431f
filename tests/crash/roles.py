"""What a child can be told to do; its words go to standard output, a line each."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from jarvis_ctx.errors import Fenced, JarvisError
from jarvis_ctx.settings import load
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.rekeying import rekey
from tests.crash import check, endings, pacing, plants, shifts, suffering, suspects
from tests.crash.acknowledgements import SYNCED, SYNCING, Acknowledgements
from tests.crash.calls import Token, verb

LATE = 5 + 8 * 20
"""The count of the call that a stopped child makes when it is continued: it sets an attribute."""
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
    think: float = 0.0,
    syncs: bool = False,
    settings: dict[str, Any] | None = None,
) -> None:
    """Open the store, say `opened`, and call the whole API from each thread until killed or done, then say `done`.

    With `checkpoint_every`, each thread takes one after so many calls; `plant` is a break of `plants`, made first.
    With `forks`, so many forked children do the same beside it, in a process group of their own. `umask` is set first.
    Each thread waits `think` seconds between two calls. With `syncs`, the journal's syncs are noted with the calls.
    """
    plants.plant(plant)
    if umask >= 0:
        os.umask(umask)
    told = Acknowledgements(Path(acks))
    threading.excepthook = _fail
    manager = JarvisContextManager(path, **(settings or {}))
    if syncs:
        _note_syncs(manager, told)
    first = _forked(forks) * threads
    if first == 0:
        say("opened")
    work = [(manager, told, Token(round, first + n, 0), calls, checkpoint_every, think) for n in range(threads)]
    writers = [threading.Thread(target=_call, args=arguments) for arguments in work]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    say("done")
    threading.Event().wait()


def _note_syncs(manager: JarvisContextManager, told: Acknowledgements) -> None:
    sync, numbers = manager.journal._sync.now, itertools.count()

    def noted() -> None:
        number = next(numbers)
        told.write(SYNCING, number)
        sync()
        told.write(SYNCED, number)

    manager.journal._sync.now = noted  # type: ignore[method-assign]  # what is noted is done as ever


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
    manager: JarvisContextManager,
    told: Acknowledgements,
    first: Token,
    calls: int,
    checkpoint_every: int,
    think: float = 0.0,
) -> None:
    for count in range(calls):
        token = first._replace(number=count)
        told.around(token, partial(verb(token).call, manager, token))
        if checkpoint_every and count % checkpoint_every == checkpoint_every - 1:
            manager.checkpoint()
        if think:
            time.sleep(think)


def verify(path: str, out: str, since: dict[str, int], ending: str, plant: str, settings: dict[str, Any]) -> None:
    """Read the store as a stranger, then recover it, and write both findings to `out`; end by `close` or `kill`.

    Says `recovering` between the two, and `recovered` as soon as it is.
    """
    plants.plant(plant)
    check.write(Path(path), Path(out), since, ending, settings, say)


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


def suffer(path: str, **given: Any) -> None:
    """Open the store and call the whole API while system calls fail; say as JSON what came of it."""
    threading.excepthook = _fail
    say(json.dumps(suffering.suffer(path, **given)))


def starve(path: str, **given: Any) -> None:
    """Open the store and call the whole API while the machine is short of something; say as JSON what came of it."""
    threading.excepthook = _fail
    say(json.dumps(suffering.starve(path, **given)))


def pace(path: str, **given: Any) -> None:
    """Make calls for a while, and say as JSON how long they took."""
    threading.excepthook = _fail
    say(json.dumps(pacing.paced(path, **given)))
