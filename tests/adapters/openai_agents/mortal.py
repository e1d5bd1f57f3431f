"""Lives of a program whose agent's tools have effects outside, in processes of their own, each killed where it is told.

`python -m tests.adapters.openai_agents.mortal FOLDER` lives every story of `STORIES`, a folder each, and writes to
FOLDER/told what each of its lives said and how it ended. A life is a fork, so that the SDK is imported once.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from agents import Agent, Model, ModelResponse, RunHooks, Usage, function_tool, set_tracing_disabled
from agents.testing import ScriptedModel, assistant_message, function_call

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.adapters.openai_agents import JarvisSession, watch_runner

PLAN = [("charge", {"order": "7"}), ("mail", {"to": "ada"}), ("charge", {"order": "7"})]
EFFECTS = ["charge 7", "mail ada", "charge 7"]

# What a life dies at: `ask:2`, the second time the model is asked; `effect:2`, right after the second effect, within
# its tool; `end:2`, when the second tool has ended and nobody was told; `ended`, when the first run has.
STORIES = [f"session {death}" for death in ("ask:3", "effect:2", "end:1 ask:3", "end:2", "end:3", "ended")]
STORIES += [f"plain {death}" for death in ("effect:2", "end:3", "ended")]
STORIES += [f"streamed {death}" for death in ("ask:3", "effect:2", "end:2", "ended")]


class Life:
    """One life of the program in `folder`, up to its death."""

    def __init__(self, folder: Path, death: str) -> None:
        self._effects, self._store = folder / "effects", folder / "store"
        self._at, _, count = death.partition(":")
        self._left = int(count or 1)
        self.asked = 0

    def passes(self, what: str) -> None:
        """Dies here, if it is to."""
        if what == self._at:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def effects(self) -> list[str]:
        """What has happened outside, ever."""
        return self._effects.read_text().splitlines() if self._effects.exists() else []

    def _have(self, effect: str) -> str:
        with open(self._effects, "a") as file:
            file.write(effect + "\n")
        self.passes("effect")
        return f"{effect}: done"

    def agent(self) -> Agent[Any]:
        @function_tool
        def charge(order: str) -> str:
            return self._have(f"charge {order}")

        @function_tool
        def mail(to: str) -> str:
            return self._have(f"mail {to}")

        return Agent("clerk", tools=[charge, mail], model=Planner(self))

    def found(self, key: str, **given: str) -> str | None:
        """What became of a mail in doubt."""
        effect = f"mail {given['to']}"
        return f"{effect}: done" if effect in self.effects() else None

    async def lived(self, kind: str) -> dict[str, Any]:
        """The whole program; what it has to say at its end."""
        set_tracing_disabled(True)
        with JarvisContextManager(self._store, resume="skip") as manager:
            session = JarvisSession("42", manager) if kind != "plain" else None
            runner = watch_runner(manager, steps={"mail": self.found})
            asked: dict[str, Any] = {"input": "settle order 7", "hooks": Ends(self), "session": session}
            if kind == "streamed":
                first: Any = runner.run_streamed(self.agent(), **asked)
                async for _ in first.stream_events():
                    pass
            else:
                first = await runner.run(self.agent(), **asked)
            self.passes("ended")
            report = manager.recovery_report
            return {
                "said": first.final_output,
                "history": first.to_input_list(),
                "session": await session.get_items() if session else [],
                "asked": self.asked,
                "doubt": [step.name for step in report.steps_in_doubt] if report else [],
                "effects": self.effects(),
            }


class Ends(RunHooks[Any]):
    """A person's own hooks."""

    def __init__(self, life: Life) -> None:
        self._life = life

    async def on_tool_end(self, *_: Any) -> None:
        self._life.passes("end")


class Planner(Model):
    """Asks for what of the plan has no outcome yet in what it is given, under ids that no other answer has."""

    def __init__(self, life: Life) -> None:
        self._life = life

    async def get_response(self, system_instructions: Any, input: Any, *_: Any, **__: Any) -> ModelResponse:
        return ModelResponse(output=self._output(input), usage=Usage(), response_id=None)

    def stream_response(self, system_instructions: Any, input: Any, *more: Any, **given: Any) -> AsyncIterator[Any]:
        model = ScriptedModel([self._output(input)])
        return model.stream_response(system_instructions, input, *more, **given)

    def _output(self, input: Any) -> list[Any]:
        self._life.asked += 1
        self._life.passes("ask")
        ended = sum(item.get("type") == "function_call_output" for item in input) if isinstance(input, list) else 0
        if ended == len(PLAN):
            return [assistant_message("settled")]
        return [function_call(*PLAN[ended], call_id=f"call_{uuid4().hex}")]


def life(folder: Path, kind: str, death: str) -> dict[str, Any]:
    """Live it in a child; what it said, and how it ended."""
    said = folder / f"said {death}"
    if (child := os.fork()) == 0:
        try:
            said.write_text(json.dumps(asyncio.run(Life(folder, death).lived(kind))))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    told = json.loads(said.read_text()) if said.exists() else {}
    return {**told, "signal": os.WTERMSIG(status)}


def main(folder: Path) -> None:
    """Every story: lives that die, and one that does not."""
    told = {}
    for story in STORIES:
        kind, *deaths = story.split()
        here = folder / story.replace(" ", "-").replace(":", "-")
        here.mkdir()
        told[story] = [life(here, kind, death) for death in (*deaths, "never")]
    (folder / "told").write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
