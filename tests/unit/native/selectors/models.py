"""
The five selectors in plain Python: slow, and written to be read. The compiled ones must agree with them.

Each model has a list of the paths that may be chosen, head first. Numbers of the kernel that have a width are cut by
`unsigned` and `signed`; all others are Python's and cannot overflow.
"""

from collections.abc import Sequence
from typing import Final

NO_PATH: Final = -1


def unsigned(number: int, bits: int = 64) -> int:
    """Return what an unsigned number of the kernel keeps of ``number``."""
    return number % (1 << bits)


def signed(number: int, bits: int = 64) -> int:
    """Return what a signed number of the kernel keeps of ``number``."""
    half = 1 << (bits - 1)
    return (number + half) % (2 * half) - half


class Model:
    """What all selectors have in common: a path that comes back is appended, and nothing is counted."""

    def __init__(self, n_paths: int) -> None:
        self.paths = range(n_paths)
        self.usable = list(self.paths)

    def select(self, nbytes: int, now: int = 0, cpu: int = 0) -> int:
        """Return the chosen path, which becomes the last of the list."""
        path = self.best(nbytes, now)
        if path != NO_PATH:
            self.usable.remove(path)
            self.usable.append(path)
        return path

    def best(self, nbytes: int, now: int) -> int:
        """Return the best path; of equally good ones the first in the list."""
        best = NO_PATH
        for path in self.usable:
            if best == NO_PATH or self.is_better(path, best, nbytes, now):
                best = path
        return best

    def is_better(self, path: int, other: int, nbytes: int, now: int) -> bool:
        """Tell whether a path is better than the best one before it."""
        return False

    def start_io(self, path: int, nbytes: int) -> None:
        """Count an I/O in."""

    def end_io(self, path: int, nbytes: int, start: int = 0, now: int = 0) -> None:
        """Count an I/O out."""

    def fail(self, path: int) -> None:
        """Take a path out."""
        if path in self.usable:
            self.usable.remove(path)

    def reinstate(self, path: int) -> None:
        """Bring a path back, as the last one."""
        if path not in self.usable:
            self.usable.append(path)

    def status(self) -> tuple[tuple[int, ...], ...]:
        """Return the numbers of each path."""
        return tuple(self.path_status(path) for path in self.paths)

    def path_status(self, path: int) -> tuple[int, ...]:
        """Return the numbers of one path."""
        return ()

    def group_status(self) -> tuple[int, ...]:
        """Return the numbers of the group."""
        return ()


class RoundRobin(Model):
    """Nobody is better than the first, so they all have their turn."""

    def reinstate(self, path: int) -> None:
        """Bring a path back: it is the next one."""
        if path not in self.usable:
            self.usable.insert(0, path)


class QueueLength(Model):
    """The path with the fewest I/Os."""

    def __init__(self, n_paths: int) -> None:
        super().__init__(n_paths)
        self.length = [0] * n_paths

    def is_better(self, path: int, other: int, nbytes: int, now: int) -> bool:
        """One that carries nothing is good enough, whoever comes behind it."""
        return self.length[other] != 0 and self.length[path] < self.length[other]

    def start_io(self, path: int, nbytes: int) -> None:
        """Count an I/O in."""
        self.length[path] = signed(self.length[path] + 1, 32)

    def end_io(self, path: int, nbytes: int, start: int = 0, now: int = 0) -> None:
        """Count an I/O out."""
        self.length[path] = signed(self.length[path] - 1, 32)

    def path_status(self, path: int) -> tuple[int, ...]:
        """Return the I/Os."""
        return (self.length[path],)


class ServiceTime(Model):
    """The path that would have sent everything first: (bytes in flight + the next I/O) / throughput."""

    MOST_COMPARED: Final = (2**64 - 1) >> 7

    def __init__(self, throughputs: Sequence[int]) -> None:
        super().__init__(len(throughputs))
        self.throughput = list(throughputs)
        self.in_flight = [0] * len(throughputs)

    def is_better(self, path: int, other: int, nbytes: int, now: int) -> bool:
        """Compare two paths."""
        one, two = ((self.in_flight[each], self.throughput[each]) for each in (path, other))
        return self.compare(*one, *two, nbytes) < 0

    @classmethod
    def compare(cls, load: int, throughput: int, other_load: int, other_throughput: int, nbytes: int) -> int:
        """Return less than 0 if the first path is better; only 32 bits of a difference are looked at."""
        if throughput == other_throughput:
            return signed(load - other_load, 32)
        if load == other_load or 0 in (throughput, other_throughput):
            return other_throughput - throughput
        load, other_load = unsigned(load + nbytes), unsigned(other_load + nbytes)
        if max(load, other_load) >= cls.MOST_COMPARED:
            load, other_load = load >> 7, other_load >> 7
        # load / throughput < other_load / other_throughput, without a division
        load, other_load = unsigned(load * other_throughput), unsigned(other_load * throughput)
        if load == other_load:
            return other_throughput - throughput
        return signed(load - other_load, 32)

    def start_io(self, path: int, nbytes: int) -> None:
        """Add the bytes; with 2 GiB in flight the counter turns negative."""
        self.in_flight[path] = signed(self.in_flight[path] + nbytes, 32)

    def end_io(self, path: int, nbytes: int, start: int = 0, now: int = 0) -> None:
        """Take the bytes off."""
        self.in_flight[path] = signed(self.in_flight[path] - nbytes, 32)

    def path_status(self, path: int) -> tuple[int, ...]:
        """Return the bytes in flight and the throughput."""
        return self.in_flight[path], self.throughput[path]


class HistoricalServiceTime(Model):
    """The path that would have served everything first, by a moving average of its service times."""

    ONE: Final = 1024  # of the fixed-point numbers
    MOST_TIME: Final = (2**64 - 1) // 1024
    BUCKET: Final = 2**24  # ns
    MANY: Final = 1024

    def __init__(self, n_paths: int, base_weight: int = 972, threshold: int = 0) -> None:
        super().__init__(n_paths)
        self.threshold = threshold
        self.weights = [*(self.power(base_weight, exponent) for exponent in range(1, 64)), 0]
        self.average = [self.ONE] * n_paths
        self.outstanding, self.stale_after, self.last_finish = ([0] * n_paths for _ in range(3))

    @classmethod
    def rounded(cls, product: int) -> int:
        """Return a product of two fixed-point numbers as one."""
        return unsigned(product + cls.ONE // 2) // cls.ONE

    @classmethod
    def power(cls, base: int, exponent: int) -> int:
        """Return a power; by squaring, because every product is rounded."""
        result = cls.ONE
        while exponent:
            if exponent % 2:
                result = cls.rounded(result * base)
            base, exponent = cls.rounded(base * base), exponent // 2
        return result

    def is_better(self, path: int, other: int, nbytes: int, now: int) -> bool:
        """Compare two paths."""
        return self.compare(path, other, now) < 0

    def compare(self, path: int, other: int, now: int) -> int:
        """Return less than 0 if the first path is better."""
        average, other_average = self.average[path], self.average[other]
        load, other_load = self.outstanding[path], self.outstanding[other]
        stale, other_stale = self.stale_after[path] < now, self.stale_after[other] < now
        smaller, bigger = sorted((average, other_average))
        if bigger <= unsigned(self.threshold * smaller):
            return load - other_load
        if (load == 0 and stale) or (other_load == 0 and other_stale) or load == other_load == 0:
            # Who has no I/O, and if that is both, who has gone stale earlier.
            of_path = self.stale_after[path] if other_load == 0 else 0
            of_other = self.stale_after[other] if load == 0 else 0
            return signed(of_path - of_other)
        if max(load, other_load) >= self.MANY and load != other_load:
            average, other_average = average // self.ONE, other_average // self.ONE
        if load != other_load:
            average, other_average = unsigned((1 + load) * average), unsigned((1 + other_load) * other_average)
        if average > other_average:
            return load - other_load if other_stale else 1
        return load - other_load if stale else -1

    def start_io(self, path: int, nbytes: int) -> None:
        """Count an I/O in."""
        self.outstanding[path] += 1

    def end_io(self, path: int, nbytes: int, start: int = 0, now: int = 0) -> None:
        """Take the service time into the average: the longer it was, the less the average counts."""
        if signed(start - self.last_finish[path]) < 0:
            start = self.last_finish[path]  # they were served one after the other
        self.last_finish[path] = now
        took = max(signed(now - start), 0)
        weight = self.weights[min(took // self.BUCKET, 63)]
        newest = min(unsigned(took * self.ONE), self.MOST_TIME)
        self.average[path] = self.rounded(self.average[path] * weight + newest * (self.ONE - weight))
        self.outstanding[path] -= 1
        self.stale_after[path] = unsigned(now + len(self.usable) * (self.average[path] // self.ONE))

    def path_status(self, path: int) -> tuple[int, ...]:
        """Return the average in 1024ths of a nanosecond, the I/Os, and from when the average is stale."""
        return self.average[path], self.outstanding[path], self.stale_after[path]

    def group_status(self) -> tuple[int, ...]:
        """Return the base weight and the threshold."""
        return self.weights[0], self.threshold


class IoAffinity(Model):
    """The path of the CPU; else of a CPU of the same node; else of any."""

    def __init__(self, masks: Sequence[int], nodes: Sequence[int]) -> None:
        super().__init__(len(masks))
        self.nodes, self.misses = nodes, 0
        self.path_of: dict[int, int] = {}
        for path, mask in enumerate(masks):
            for cpu in range(len(nodes)):
                if mask & 1 << cpu:
                    self.path_of.setdefault(cpu, path)

    def select(self, nbytes: int, now: int = 0, cpu: int = 0) -> int:
        """Return the path of the first CPU that has a usable one: this CPU, its neighbours, then all others."""
        if cpu not in self.path_of:
            self.misses = signed(self.misses + 1, 32)
        everywhere = range(len(self.nodes))
        neighbours = [other for other in everywhere if self.nodes[other] == self.nodes[cpu]]
        for candidate in (cpu, *neighbours, *everywhere):
            if self.path_of.get(candidate, NO_PATH) in self.usable:
                return self.path_of[candidate]
        return NO_PATH

    def path_status(self, path: int) -> tuple[int, ...]:
        """Return the I/Os of CPUs without a path, which are counted for the whole group."""
        return (self.misses,)
