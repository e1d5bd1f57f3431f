"""The graph: a lead who sends researchers to read papers side by side, until a writer can publish."""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, MessagesState, StateGraph
from langgraph.types import Command, Send

from examples.langgraph_research.library import Library
from examples.langgraph_research.model import LEAD, READ, WRITE, FakeModel
from jarvis_ctx import durable_step


class Research(MessagesState, total=False):
    """The conversation, and in the end the report."""

    report: str


def thread(question: str) -> RunnableConfig:
    """The thread in which a question is researched."""
    return {"configurable": {"thread_id": question}}


def ask(graph: Any, question: str) -> None:
    """Research a question from its beginning."""
    graph.invoke({"messages": [("human", question)]}, thread(question))


def team(library: Library) -> Any:
    """The graph, to be compiled."""
    model = FakeModel()

    def lead(state: Research) -> Command[Literal["researcher", "writer"]]:
        answer: AIMessage = model.invoke([SystemMessage(LEAD), *state["messages"]])
        sent = [Send("researcher", call) for call in answer.tool_calls]
        return Command(update={"messages": [answer]}, goto=sent or "writer")

    def researcher(call: ToolCall, config: RunnableConfig) -> dict[str, Any]:
        question, paper = config["configurable"]["thread_id"], call["args"]["paper"]
        # Paid for once, whatever happens: its result is kept until LangGraph has what this node returns.
        says = durable_step("order", library.order, question, paper, reconcile=library.find_order)
        learned = model.invoke([SystemMessage(READ), HumanMessage(says)])
        return {"messages": [ToolMessage(learned.content, tool_call_id=call["id"])]}

    def writer(state: Research, config: RunnableConfig) -> dict[str, Any]:
        answer = model.invoke([SystemMessage(WRITE), *state["messages"]])
        question, report = config["configurable"]["thread_id"], str(answer.content)
        durable_step("publish", library.publish, question, report, reconcile=library.find_publication)
        return {"messages": [answer], "report": report}

    builder: Any = StateGraph(Research)
    builder.add_node("lead", lead)
    builder.add_node("researcher", researcher)
    builder.add_node("writer", writer)
    builder.set_entry_point("lead")
    builder.add_edge("researcher", "lead")
    builder.add_edge("writer", END)
    return builder
