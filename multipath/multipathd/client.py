"""Every command of multipathd as a method: the questions, and what changes something, for which it takes root."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Final

from .. import errors
from ..dm.control import Control
from . import reply
from .command import map_value, quoted
from .daemon_state import ReservationKey
from .map import DaemonMap
from .questions import Questions

_UUID_PREFIX: Final = "mpath-"


class Multipathd(Questions):
    """
    The daemon of multipath-tools, through its socket.

    Every call is one command, and ends within ``timeout`` seconds with an answer or a typed error.

    ::

        with Multipathd() as daemon:
            for each in daemon.maps():
                print(each.name, each.paths_active)
            daemon.fail_path("sda")

    Raises:
        DaemonError: each method, by the kind of the failure; the tree is in `multipath.errors`.
    """

    # Paths.

    def add_path(self, path: str) -> None:
        """Have multipathd look after a path; `DaemonBlacklisted` where its configuration excludes it."""
        self._do(f"add path {quoted(path)}")

    def remove_path(self, path: str) -> bool:
        """
        Take a path out of its map, and forget it until it is added again; the device stays.

        Returns:
            Whether that is done; where multipathd has just made the map, it is done once udev has seen the map.
        """
        return self._do_to_path("del", path)

    def fail_path(self, path: str) -> None:
        """Send no I/O down a path until its checker finds it working, or `reinstate_path`."""
        self._do_to_path("fail", path)

    def reinstate_path(self, path: str) -> None:
        """Use a path again."""
        self._do_to_path("reinstate", path)

    def set_marginal(self, path: str) -> None:
        """Use a path only where no other is left (``marginal_pathgroups``)."""
        self._do_to_path("setmarginal", path)

    def unset_marginal(self, path: str) -> None:
        """Use a path as any other."""
        self._do_to_path("unsetmarginal", path)

    def unset_marginal_paths(self, ref: str) -> None:
        """Use all paths of a map as any other."""
        self._do_to_map("unsetmarginal", ref)

    # Maps.

    def add_map(self, ref: str) -> None:
        """Look after a map that there is, or make one of the paths to the WWID ``ref``."""
        self._do(f"add map {map_value(ref)}")

    def remove_map(self, ref: str) -> None:
        """Remove a map with its partitions; `DaemonMapInUse` where one is open."""
        self._do_to_map("del", ref)

    def remove_maps(self) -> None:
        """Remove every map that is not in use; one that is makes it `DaemonRefused`, and the others are gone."""
        self._do("del maps")

    def reload_map(self, ref: str) -> None:
        """Load the table of a map again, as its paths and the configuration have it now."""
        self._do_to_map("reload", ref)

    def resize_map(self, ref: str) -> None:
        """Give a map the size that its paths have."""
        self._do_to_map("resize", ref)

    def reassign_map(self, ref: str) -> None:
        """Point other device-mapper devices that use paths of a map at the map."""
        self._do_to_map("reset", ref)

    def switch_group(self, ref: str, group: int) -> None:
        """Send I/O through a group, from 1."""
        self._do_to_map("switchgroup", ref, f" group {quoted(str(group))}")

    def suspend_map(self, ref: str) -> None:
        """Hold the I/O of a map until `resume_map`, whatever becomes of this program; `suspended` resumes it."""
        self._do_to_map("suspend", ref)

    def resume_map(self, ref: str) -> None:
        """Let the I/O of a map flow."""
        self._do_to_map("resume", ref)

    @contextmanager
    def suspended(self, ref: str, *, control: Control | None = None) -> Iterator[None]:
        """
        Hold the I/O of a map for the time of a ``with``; it flows again however that ends.

        Args:
            ref: The map.
            control: What resumes it where multipathd does not; the kernel's own device-mapper when absent.
        """
        found = self.map(ref)
        try:
            self.suspend_map(found.name)
        except (errors.DaemonRefused, errors.DaemonDenied, errors.DaemonBusy):  # nothing was done
            raise
        except BaseException:  # it may be done yet
            self._resume_surely(found, control)
            raise
        try:
            yield
        finally:
            self._resume_surely(found, control)

    def reset_statistics(self, ref: str | None = None) -> None:
        """Set the counters of a map, or of all, to 0."""
        if ref is None:
            self._do("reset maps stats")
        else:
            self._do_to_map("reset", ref, " stats")

    # Queueing.

    def disable_queueing(self, ref: str | None = None) -> None:
        """
        Fail the I/O of a map, or of all, that has no path, until `restore_queueing`.

        Older releases do either only where they last saw it otherwise; `map` or `maps` has them look.
        """
        self._queueing("disablequeueing", ref)

    def restore_queueing(self, ref: str | None = None) -> None:
        """Queue as ``no_path_retry`` says."""
        self._queueing("restorequeueing", ref)

    def force_queueing_at_exit(self) -> None:
        """Leave queueing as it is when multipathd ends, whatever ``queue_without_daemon`` says."""
        self._do("forcequeueing daemon")

    def restore_queueing_at_exit(self) -> None:
        """Do when multipathd ends as ``queue_without_daemon`` says."""
        self._do("restorequeueing daemon")

    # Reservations.

    def set_reservation_key(self, ref: str, key: ReservationKey | int) -> None:
        """Register returning paths of a map with this key; it is kept in the file ``prkeys``."""
        value = key if isinstance(key, ReservationKey) else ReservationKey(key)
        self._do_to_map("setprkey", ref, f" key {quoted(str(value))}")

    def unset_reservation_key(self, ref: str) -> None:
        """Forget the key of a map."""
        self._do_to_map("unsetprkey", ref)

    def set_reservation_status(self, ref: str, paths: Iterable[str] = ()) -> None:
        """Have returning paths of a map registered; newer releases take the paths that are meant."""
        named = " ".join(paths)
        self._do_to_map("setprstatus", ref, f" pathlist {quoted(named)}" if named else "")

    def unset_reservation_status(self, ref: str) -> None:
        """Have returning paths of a map not registered."""
        self._do_to_map("unsetprstatus", ref)

    def set_reservation_hold(self, ref: str) -> None:
        """Have multipathd take this host for the holder of the reservation; newer releases only."""
        self._do_to_map("setprhold", ref)

    def unset_reservation_hold(self, ref: str) -> None:
        """Have it not take this host for the holder; newer releases only."""
        self._do_to_map("unsetprhold", ref)

    # The daemon itself.

    def reconfigure(self, *, everything: bool = False) -> None:
        """
        Read the configuration again; done after this returns, `daemon` tells when.

        Args:
            everything: Whether every map is loaded again, also one for which nothing changed.
        """
        self._do("reconfigure all" if everything else "reconfigure")

    def shutdown(self) -> None:
        """End multipathd; newer releases hang up instead of an answer."""
        self.daemon()  # is there one to hang up?
        with suppress(errors.DaemonMissing):
            self._do("shutdown")
        self._hang_up()

    def quit(self) -> None:
        """Take leave, and close the connection."""
        with suppress(errors.DaemonError):
            self._exchange("quit")
        self.close()

    # How.

    def _do(self, command: str) -> None:
        reply.done(command, self._exchange(command))

    def _do_to_map(self, verb: str, ref: str, more: str = "") -> None:
        command = f"{verb} map {map_value(ref)}{more}"
        reply.done(command, self._about(command, "maps", ref))

    def _do_to_path(self, verb: str, path: str) -> bool:
        command = f"{verb} path {quoted(path)}"
        return reply.done(command, self._about(command, "paths", path))

    def _resume_surely(self, found: DaemonMap, control: Control | None) -> None:
        try:
            self.resume_map(found.name)
        except errors.DaemonError:
            uuid = f"{_UUID_PREFIX}{found.wwid}"
            with Control() if control is None else nullcontext(control) as dm:
                for entry in dm.devices():
                    if dm.info(entry).uuid == uuid:
                        dm.resume(entry)

    def _queueing(self, verb: str, ref: str | None) -> None:
        if ref is None:
            self._do(f"{verb} maps")
        else:
            self._do_to_map(verb, ref)
