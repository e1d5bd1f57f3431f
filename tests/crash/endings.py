"""The ways a program can end, each as a child's last act."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import sys
import threading

from jarvis_ctx.sidecar import JarvisContextManager


def fall_off(manager: JarvisContextManager) -> None:
    """Return from the main module without a word."""


def close(manager: JarvisContextManager) -> None:
    manager.close()


def leave_with(manager: JarvisContextManager) -> None:
    with manager:
        manager.add_message("user", "bye")


def exit_by_number(manager: JarvisContextManager) -> None:
    sys.exit(3)


def wait(manager: JarvisContextManager) -> None:
    """For a signal."""
    threading.Event().wait()


def be_terminated_after_a_loop(manager: JarvisContextManager) -> None:
    """By SIGTERM, some calls after an event loop that had taken it has given it back."""

    async def take_sigterm() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, bool)

    asyncio.run(take_sigterm())
    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        manager.add_message("user", "still here")
        threading.Event().wait(0.01)
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait()


def touch_nothing(manager: JarvisContextManager) -> None:
    """SIGSEGV."""
    ctypes.string_at(0)


def abort(manager: JarvisContextManager) -> None:
    os.abort()


def leave_at_once(manager: JarvisContextManager) -> None:
    os._exit(0)


def raise_in_main(manager: JarvisContextManager) -> None:
    raise LookupError("no such agent")


def raise_in_with(manager: JarvisContextManager) -> None:
    with manager:
        raise LookupError("no such agent")


def raise_in_thread(manager: JarvisContextManager) -> None:
    thread = threading.Thread(target=_fail, name="worker-7")
    thread.start()
    thread.join()


def raise_in_asyncio(manager: JarvisContextManager) -> None:
    async def main() -> None:
        task = asyncio.ensure_future(_afail())
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(main())


def _fail() -> None:
    raise LookupError("no such agent")


async def _afail() -> None:
    _fail()
