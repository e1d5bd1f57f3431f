"""The agents: a desk that answers, and refunds, whom it hands over to."""

from __future__ import annotations

from pathlib import Path

from agents import Agent, function_tool, set_tracing_disabled

from examples.openai_desk.model import FakeModel
from examples.openai_desk.shop import REQUESTS, Shop
from jarvis_ctx import JarvisContextManager
from jarvis_ctx.adapters.openai_agents import JarvisSession, watch_runner


def desk(shop: Shop) -> Agent[None]:
    """The agent that customers write to."""
    tools = [function_tool(shop.refund), function_tool(shop.write)]
    refunds = Agent[None]("refunds", model=FakeModel("refunds"), tools=list(tools))
    return Agent[None]("desk", model=FakeModel("desk"), tools=list(tools), handoffs=[refunds])


async def answer_all(folder: Path) -> None:
    """Answer every customer: after a kill it is simply called again."""
    set_tracing_disabled(True)  # It would tell OpenAI.
    shop = Shop(folder / "ledger.txt")
    # Killed many times on purpose: a run is not to blame for that, and not to be set aside.
    with JarvisContextManager(folder / "store", resume="skip", max_attempts=1000) as manager:
        runner = watch_runner(manager, steps={"refund": shop.find_refund, "write": shop.find_letter})
        print("begun", flush=True)
        for customer, asked in REQUESTS.items():
            session = JarvisSession(customer, manager)
            result = await runner.run(desk(shop), f"{customer}: {asked}", session=session)
            print(f"  {customer}: {result.final_output}", flush=True)
