"""
The daemon of multipath-tools: is it there, what does it say, and what does it do when it is asked.

``socket`` knows where it listens, ``packet`` how a text travels, ``command`` how one is written and ``reply`` what an
answer means; `client.Multipathd` has every command of it as a method. `DaemonMap`, `DaemonGroup` and `DaemonPath` are
what it tells of a host; ``topology`` reads and writes them as its JSON, ``wildcards`` as its formats. So whoever can
fill one of these can speak its language too, without the daemon.
"""
