"""What is kept of a run that has ended, and the result that is made of it after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agents import (
    Agent,
    AgentOutputSchema,
    AgentOutputSchemaBase,
    ItemHelpers,
    RunContextWrapper,
    RunResult,
    RunState,
    ToolApprovalItem,
)
from agents.result import RunResultBase


def kept_of(result: RunResultBase) -> dict[str, Any]:
    """What of a result can be stored: its last agent, its output, and the items it has generated."""
    output, typed = result.final_output, hasattr(result.final_output, "model_dump_json")
    return {
        "agent": result.last_agent.name,
        "output": output.model_dump_json() if typed else output,
        "typed": typed,
        "items": [item.to_input_item() for item in result.new_items if not isinstance(item, ToolApprovalItem)],
    }


def result_of(kept: dict[str, Any], agent: Agent[Any], input: Any, context: Any) -> RunResult:
    """The result that the run of `agent` had. Its generated items count as input, and it has no raw responses."""
    last = next((each for each in _reachable(agent) if each.name == kept["agent"]), agent)
    output = kept["output"]
    if kept["typed"]:
        output = _schema(last).validate_json(output)
    asked = ItemHelpers.input_to_new_input_list(
        input.to_json()["original_input"] if isinstance(input, RunState) else input
    )
    return RunResult(
        input=[*asked, *kept["items"]],
        new_items=[],
        raw_responses=[],
        final_output=output,
        input_guardrail_results=[],
        output_guardrail_results=[],
        tool_input_guardrail_results=[],
        tool_output_guardrail_results=[],
        context_wrapper=RunContextWrapper(context=context),
        _last_agent=last,
    )


def _schema(agent: Agent[Any]) -> AgentOutputSchemaBase:
    declared = agent.output_type
    if isinstance(declared, AgentOutputSchemaBase):
        return declared
    return AgentOutputSchema(declared or str, strict_json_schema=False)


def _reachable(agent: Agent[Any]) -> Iterator[Agent[Any]]:
    """An agent, and those that it may hand over to, each once."""
    found, left = {id(agent)}, [agent]
    while left:
        here = left.pop(0)
        yield here
        for each in here.handoffs:
            known: Any = each if isinstance(each, Agent) else (getattr(each, "_agent_ref", None) or bool)()
            if isinstance(known, Agent) and id(known) not in found:
                found.add(id(known))
                left.append(known)
