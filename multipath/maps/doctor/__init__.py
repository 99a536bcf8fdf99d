"""
What is wrong with this host's multipath set-up, and what to do about it.

Strategy: all facts are gathered once (`gathering`), as values, and nothing is changed for them. Then each `Check` looks
at the facts, and yields a `Sign` for each thing that is not as it should be. A check is pure, knows nothing of the
others, and stands in the file of its noun; `catalogue` lists them all.
"""
