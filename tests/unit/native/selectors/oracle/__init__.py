"""
The kernel's own path selectors as a library: the last word on every pick and every counter.

Strategy: `sources` takes the selectors of a kernel from Debian's package of its source, when a test first asks for
them, and leaves nothing else of the package; `library` compiles them with the headers of ``shim``, which define just
what a selector needs of a kernel, and drives them as dm-mpath does. What was made stays in the lab's cache.
"""
