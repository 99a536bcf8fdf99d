"""
What is generated from the code and kept in the repository: schema, man pages, reference, support matrix.

Each module has ``files()``: the path of each file below the root, with its text. ``python -m publish`` writes them, and
a test says when one is stale.
"""
