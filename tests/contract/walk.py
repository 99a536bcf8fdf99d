"""
A random walk: a sequence of commands made of a seed alone, to be sent to two worlds whose answers are compared.

Strategy: the walker knows what it has created and loaded, roughly, and chooses commands that mean something there more
often than not; what is refused is as good an answer as what is done. It never looks at an answer.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# A device works with requests or with bios for its life, and here its name tells. For a kernel hangs when a map of bios
# has a table without paths that does not say so, and is told to queue no more.
REQUESTS, BIOS = "requests", "bios"
NAMES: Final = (REQUESTS, f"{REQUESTS}2", BIOS, f"{BIOS}2")
UUIDS: Final = ("TEST-1", "TEST-2", "mpath-3")
SELECTORS: Final = ("service-time", "round-robin", "queue-length")
FEATURES: Final = ("0", "1 queue_if_no_path", "2 pg_init_retries 5", "1 retain_attached_hw_handler")
# How often each is chosen.
WEIGHTS: Final = {
    "message": 24,
    "read": 16,
    "load": 12,
    "resume": 12,
    "lose": 4,
    "restore": 7,
    "suspend": 4,
    "clear": 3,
    "make": 6,
    "create": 2,
    "rename": 2,
    "set_uuid": 2,
    "remove": 2,
    "deps": 2,
    "wait": 1,
    "geometry": 1,
}


@dataclass(frozen=True, slots=True)
class Step:
    """
    One command.

    Attributes:
        verb: What to do.
        name: To which device, or path.
        text: With what.
        flag: And how: with flush, read-only, deferred.
    """

    verb: str
    name: str = ""
    text: str = ""
    flag: bool = False

    def __str__(self) -> str:
        """Return it in a line."""
        return " ".join(filter(None, (self.verb, self.name, self.text, "flag" if self.flag else "")))


class Walker:
    """
    The source of steps.

    Args:
        seed: The same steps for the same seed.
        paths: The numbers of the paths.
    """

    def __init__(self, seed: int, paths: tuple[str, ...]) -> None:
        self._random = random.Random(seed)
        self._paths = paths
        self._lost: set[str] = set()

    def steps(self, count: int) -> Iterator[Step]:
        """Yield steps; at first what makes two maps, so that there is something to walk on."""
        verbs, weights = zip(*WEIGHTS.items(), strict=True)
        yield from self._made(REQUESTS)
        yield from self._made(BIOS)
        for verb in self._random.choices(verbs, weights, k=count):
            yield from self._made(self._name()) if verb == "make" else [getattr(self, f"_{verb}")()]

    def _made(self, name: str) -> Iterator[Step]:
        yield Step("create", name, self._random.choice(("", *UUIDS)))
        yield Step("load", name, self._multipath(name))
        yield Step("resume", name)

    def _name(self) -> str:
        return self._random.choices(NAMES, (8, 1, 8, 1))[0]

    def _coin(self, chance: float = 0.5) -> bool:
        return self._random.random() < chance

    def _create(self) -> Step:
        return Step("create", self._name(), self._random.choice(("", *UUIDS)))

    def _load(self) -> Step:
        name = self._name()
        if self._coin(0.15):
            return Step("load", name, self._simple(name), self._coin(0.2))
        return Step("load", name, self._multipath(name), self._coin(0.1))

    def _simple(self, name: str) -> str:
        path = self._random.choice(self._paths)
        refused = ("linear 8:4080 0", "nonesuch ", f"linear {path}")
        taken = ("zero ", "error ", f"linear {path} 0", f"linear {path} 8", f"delay {path} 0 0")
        return self._random.choice(refused + taken if name.startswith(BIOS) else refused)

    def _multipath(self, name: str) -> str:
        if self._coin(0.1):
            return self._random.choice(
                ("multipath ", "multipath 0 0 1", "multipath 0 0 1 1 x 0 1 0 8:0", "multipath 9")
            )
        groups = [self._group() for _ in range(self._random.choice((0, 1, 1, 2, 2, 3)))]
        initial = self._random.randint(1, len(groups) + 1) if groups else 0
        features = self._random.choice(FEATURES)
        if name.startswith(BIOS):
            count, _, words = features.partition(" ")
            features = f"{int(count) + 2} queue_mode bio {words}".strip()
        return f"multipath {features} 0 {len(groups)} {initial} {' '.join(groups)}".strip()

    def _group(self) -> str:
        selector = self._random.choice(SELECTORS)
        paths = self._random.sample(self._paths, self._random.randint(1, 3))
        words = (
            self._random.choice(("", "1")) if selector != "service-time" else self._random.choice(("", "1 2", "1 0"))
        )
        return f"{selector} 0 {len(paths)} {len(words.split())} {' '.join(f'{path} {words}'.strip() for path in paths)}"

    def _message(self) -> Step:
        path, group = self._random.choice(self._paths), self._random.choice("1123")
        text = self._random.choices(
            (
                f"fail_path {path}",
                f"reinstate_path {path}",
                f"switch_group {group}",
                f"disable_group {group}",
                f"enable_group {group}",
                "queue_if_no_path",
                "fail_if_no_path",
                "nonesuch 1",
                "fail_path 8:4080",
                "switch_group 0",
            ),
            (8, 8, 4, 4, 3, 2, 4, 1, 1, 1),
        )[0]
        return Step("message", self._name(), text)

    def _read(self) -> Step:
        return Step("read", self._name(), str(self._random.randint(1, 4)))

    def _resume(self) -> Step:
        return Step("resume", self._name(), flag=self._coin(0.2))

    def _suspend(self) -> Step:
        return Step("suspend", self._name(), flag=self._coin(0.4))

    def _clear(self) -> Step:
        return Step("clear", self._name())

    def _rename(self) -> Step:
        name = self._name()
        kind = BIOS if name.startswith(BIOS) else REQUESTS
        return Step("rename", name, self._random.choice([other for other in NAMES if other.startswith(kind)]))

    def _set_uuid(self) -> Step:
        return Step("set_uuid", self._name(), self._random.choice(UUIDS))

    def _remove(self) -> Step:
        return Step("remove", self._name(), flag=self._coin(0.3))

    def _deps(self) -> Step:
        return Step("deps", self._name(), flag=self._coin())

    def _wait(self) -> Step:
        return Step("wait", self._name())

    def _geometry(self) -> Step:
        return Step("geometry", self._name(), self._random.choice(("1 1 1 0", "1 1 1 9", "70000 1 1 0")))

    def _lose(self) -> Step:
        path = self._random.choice(self._paths)
        self._lost.add(path)
        return Step("lose", path)

    def _restore(self) -> Step:
        path = self._random.choice(sorted(self._lost) or self._paths)
        self._lost.discard(path)
        return Step("restore", path)
