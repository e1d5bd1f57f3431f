"""A chat model that needs no network: what it answers follows from the conversation alone."""

from __future__ import annotations

import time
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from examples.langgraph_research.library import PAPERS, QUESTIONS

THINKING = 0.05
"""Seconds that an answer takes."""
LEAD = "You lead a research team. Call `research` for each paper that is to be read."
READ = "You read a paper. Say what is to be learned from it."
WRITE = "You write reports. Say in one line what the papers say."


class FakeModel(BaseChatModel):
    """Asks for the papers that are cited and not yet read, and says what those say that are."""

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **given: Any,
    ) -> ChatResult:
        time.sleep(THINKING)
        answer = ANSWERS[str(messages[0].content)](messages)
        return ChatResult(generations=[ChatGeneration(message=answer)])


def _read(messages: list[BaseMessage]) -> AIMessage:
    return AIMessage(messages[-1].content)


def _lead(messages: list[BaseMessage]) -> AIMessage:
    asked = next(str(message.content) for message in messages if isinstance(message, HumanMessage))
    read = [call["args"]["paper"] for message in messages for call in getattr(message, "tool_calls", [])]
    cited = [*QUESTIONS[asked], *(cited for paper in read for cited in PAPERS[paper].cites)]
    missing = [paper for paper in dict.fromkeys(cited) if paper not in read]
    calls = [{"name": "research", "args": {"paper": paper}, "id": f"read-{paper}"} for paper in missing]
    return AIMessage(f"Read {', '.join(missing)}." if missing else "All is read.", tool_calls=calls)


def _write(messages: list[BaseMessage]) -> AIMessage:
    return AIMessage("; ".join(sorted(str(m.content) for m in messages if isinstance(m, ToolMessage))))


ANSWERS = {LEAD: _lead, READ: _read, WRITE: _write}
