"""A crew of CrewAI's own, with a model that is a script, on whose event bus docs/adapters.md listens.

`python -m tests.adapters.real_crew PAGE` prints as JSON what was told of it, and makes its store where it is started.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from crewai import Agent, BaseLLM, Crew, Task  # type: ignore[import-not-found]  # only where somebody has it
from crewai.events import crewai_event_bus  # type: ignore[import-not-found]
from crewai.tools import tool  # type: ignore[import-not-found]

from jarvis_ctx.adapters.bridge import CallbackBridge

ASKS = 'Thought: I have to count.\nAction: count\nAction Input: {"what": "pages"}'
SAYS = "Thought: I now know the final answer\nFinal Answer: seven pages"


class Scripted(BaseLLM):  # type: ignore[misc]
    """Asks for the tool, and then says what it was told."""

    def call(self, messages: Any, *_: Any, **__: Any) -> str:
        return SAYS if "counted pages" in str(messages) else ASKS

    def supports_function_calling(self) -> bool:
        return False


@tool("count")  # type: ignore[untyped-decorator]
def count(what: str) -> str:
    """Count something."""
    return f"counted {what}"


def main(page: str) -> None:
    """Bind, let the crew work, and tell."""
    (binding,) = re.findall(
        r"```python\n(from crewai\.events.*?)```", Path(page).read_text(encoding="utf-8"), re.DOTALL
    )
    names: dict[str, Any] = {"CallbackBridge": CallbackBridge}
    exec(binding, names)
    clerk = Agent(role="clerk", goal="count", backstory="counts", llm=Scripted(model="scripted"), tools=[count])
    Crew(agents=[clerk], tasks=[Task(description="count the pages", expected_output="a number", agent=clerk)]).kickoff()
    crewai_event_bus.flush()
    with names["bridge"] as bridge:
        state = bridge.manager.journal.writer.state
        (task,), agents = state.tasks.values(), state.agents.values()
        results = [attempt.result for attempt in task.attempts.values()]
        told = [task.description, task.status, task.agent, results, {agent.id: agent.status for agent in agents}]
        print(json.dumps([told, bridge.manager.failures.total]))


if __name__ == "__main__":
    main(sys.argv[1])
