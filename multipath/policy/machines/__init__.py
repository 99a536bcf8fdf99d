"""
The state machines of a path, a group and a map, each as a table: from a state and an event to a state and an effect.

What the effects lead to is the business of `multipath.policy.supervisor`; the diagrams of the documentation are drawn
from these tables.
"""
