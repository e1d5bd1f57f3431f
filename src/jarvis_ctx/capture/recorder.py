"""The verbs: each checks what it is given and writes one event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jarvis_ctx.capture.checks import check_progress, identifier, mapping
from jarvis_ctx.capture.sink import Sink


class Recorder:
    """Everything that can be told to the sidecar. A call that raises has stored nothing."""

    def __init__(self, sink: Sink) -> None:
        self._append = sink.append

    def update_task_progress(self, task_id: str, progress: Mapping[str, Any]) -> None:
        """Change what `progress` names of a task; what it does not name stays.

        Keys: `description`, `status`, `agent` (text), `percentage` (0 to 100), `completed_subtasks`, `blockers`,
        `dependencies` (lists of text), `metadata` (a mapping, merged). Any other key is kept under `metadata`.
        Raises `BadValue`, `UnstorableValue`, `TooLarge`.
        """
        body, own = check_progress(progress)
        self._append("TaskProgressed", identifier("task_id", task_id), body, own=own)

    def log_decision(
        self,
        decision_type: str,
        context: Any = None,
        decision: Any = None,
        reasoning: Any = None,
        outcome: Any = None,
        **details: Any,
    ) -> None:
        """Keep a decision with its context, reasoning and outcome. Raises `BadValue`, `UnstorableValue`."""
        body = {
            "decision_type": identifier("decision_type", decision_type),
            "context": context,
            "decision": decision,
            "reasoning": reasoning,
            "outcome": outcome,
        }
        self._append("DecisionLogged", decision_type, _with_details(body, details))

    def update_agent_state(self, agent_id: str, state: Mapping[str, Any] | str, **details: Any) -> None:
        """Change what is known of an agent: `status` and any other keys, or only the status as text."""
        named = {"status": state} if type(state) is str else mapping("state", state)
        body = {**named, **mapping("details", details)}
        if "status" in body:
            identifier("status", body["status"])
        self._append("AgentUpdated", identifier("agent_id", agent_id), body)

    def log_agent_message(self, sender: str, recipient: str, content: Any, **details: Any) -> None:
        """Keep a message from one agent to another."""
        body = {
            "sender": identifier("sender", sender),
            "recipient": identifier("recipient", recipient),
            "content": content,
        }
        self._append("MessageSent", sender, _with_details(body, details))

    def add_message(self, role: str, content: Any, **details: Any) -> None:
        """Keep one turn of the conversation."""
        body = {"role": identifier("role", role), "content": content}
        self._append("MessageAdded", role, _with_details(body, details))

    def set_attribute(self, name: str, value: Any) -> None:
        """Keep a named value of the orchestrator; the latest wins."""
        self._append("AttributeSet", identifier("name", name), {"name": name, "value": value})


def _with_details(body: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    return {**body, "details": mapping("details", details)} if details else body
