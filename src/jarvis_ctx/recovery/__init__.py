"""After a death: rebuild the state, plan, act, report."""
