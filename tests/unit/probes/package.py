"""A package with checkers and prioritizers, most of them broken: its module, and what it offers."""

MODULE = """
import asyncio
from multipath.paths.state import PathState
from multipath.probes.prioritizers import Priority
from multipath.probes.verdict import Verdict

class Acme:
    async def check(self, asker, path, deadline):
        return Verdict(PathState.GHOST, f"acme looked at {path.name}\\x1b")

class Raises(Acme):
    async def check(self, asker, path, deadline):
        raise RuntimeError("boom")

class Exits(Acme):
    async def check(self, asker, path, deadline):
        raise SystemExit(3)

class Cancels(Acme):
    async def check(self, asker, path, deadline):
        raise asyncio.CancelledError

class Hangs(Acme):
    async def check(self, asker, path, deadline):
        await asyncio.Event().wait()

class Deaf(Acme):
    async def check(self, asker, path, deadline):
        for _ in range(2):
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                continue

class Returns(Acme):
    async def check(self, asker, path, deadline):
        return "up"

class Plain(Acme):
    def check(self, asker, path, deadline):
        return Verdict(PathState.UP, "")

class Cannot:
    def __init__(self):
        raise ValueError("no licence")

class Nothing:
    pass

class By:
    def __init__(self, value):
        self.value = value
    async def ask(self, args, conversation):
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value

async def ask(args, conversation):
    return Priority(int(args or 3), f"acme: {conversation.path.name}")

def problems(args):
    return () if not args or args.isdigit() else (f"{args!r} is no number",)

odd, text, none, breaks = By(Priority("9", "")), By("9"), By(Priority(None, "")), By(KeyError("x"))
"""
POINTS = """
[multipath.checkers]
acme = acme_probes:Acme
raises = acme_probes:Raises
exits = acme_probes:Exits
cancels = acme_probes:Cancels
hangs = acme_probes:Hangs
deaf = acme_probes:Deaf
returns = acme_probes:Returns
plain = acme_probes:Plain
cannot = acme_probes:Cannot
nothing = acme_probes:Nothing
missing = acme_probes:Missing
no_module = acme_lost:Acme
tur = acme_probes:Acme

[multipath.prioritizers]
acme = acme_probes
odd = acme_probes:odd
text = acme_probes:text
none = acme_probes:none
breaks = acme_probes:breaks
nothing = acme_probes:Nothing
no_module = acme_lost
const = acme_probes
"""
