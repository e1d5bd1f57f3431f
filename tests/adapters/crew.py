"""A bus of the shape of CrewAI's `crewai_event_bus`: handlers by type of event, called in threads of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

Handler = Callable[[Any, Any], None]


@dataclass
class Agent:
    """Who does it."""

    role: str


@dataclass
class Task:
    """What an agent is to do."""

    id: str
    description: str
    agent: Agent


@dataclass
class AgentExecutionStartedEvent:
    agent_role: str


@dataclass
class TaskStartedEvent:
    task: Task


@dataclass
class TaskCompletedEvent:
    task: Task
    output: Any


@dataclass
class TaskFailedEvent:
    task: Task
    error: str


@dataclass
class Bus:
    """`on` registers, `emit` calls; it returns when the handlers have."""

    handlers: dict[type, list[Handler]] = field(default_factory=dict)

    def on(self, kind: type) -> Callable[[Handler], Handler]:
        def registered(handler: Handler) -> Handler:
            self.handlers.setdefault(kind, []).append(handler)
            return handler

        return registered

    def emit(self, source: Any, event: Any) -> None:
        with ThreadPoolExecutor(1) as threads:
            wait(threads.submit(handler, source, event) for handler in self.handlers.get(type(event), []))
