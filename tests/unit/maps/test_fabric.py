"""A monitor that hears what the Fibre Channel fabric tells: on a host in memory, in its time."""

import errno
from collections.abc import Awaitable, Callable
from pathlib import Path as Folder

import pytest

from multipath import Monitor
from multipath.maps.planned_map import Action
from multipath.paths.path import Path
from multipath.paths.request import Answer, Operation, Request, Silence
from multipath.paths.transport import remote_port
from multipath.virtual.asker import VirtualAsker
from multipath.wire.fabric_notice import FabricNotice, NoticeKind

from .monitored import ListedUevents, Watched, configuration, in_world

FPIN = "find_multipaths off\nmarginal_pathgroups fpin"
POLICY = "path_grouping_policy multibus"
APART = [["8:16", "8:32", "8:48"], ["8:0"]]
ENDS = (NoticeKind.LINK_UP, NoticeKind.STATE_CHANGE)


def notice(path: Path, kind: NoticeKind = NoticeKind.LINK_INTEGRITY) -> FabricNotice:
    """Return what the host of a path is told about the port that it leads to."""
    ports = frozenset({int(path.target_port or "", 16)}) if kind is NoticeKind.LINK_INTEGRITY else frozenset[int]()
    return FabricNotice(path.host or 0, kind, ports, "checksum errors" if ports else "")


def groups(watched: Watched) -> list[list[str]]:
    """Return the paths of each group of the one map."""
    return [[path.device for path in group.paths] for group in watched.the_map().table().groups]


def states(watched: Watched) -> list[str | None]:
    """Return the states of the ports that the paths lead to."""
    return [path.port_state for path in watched.host.paths()]


def marks(watched: Watched) -> list[tuple[str, str]]:
    """Return which paths were let stand apart, or no longer."""
    return [(event.path, event.after) for event in watched.events if event.kind == "mark_marginal"]


def reasons(watched: Watched, kind: str) -> list[str]:
    """Return what was told of a kind."""
    return [event.reason for event in watched.events if event.kind == kind]


Write = Callable[[Request], Awaitable[Answer | None]]


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Write], None]:
    """Have something done before an attribute is written; its answer, where it has one, is that of the kernel."""
    ask = VirtualAsker.ask

    def begin(write: Write) -> None:
        async def asked(self: VirtualAsker, request: Request, deadline: float) -> Answer | Silence:
            answer = await write(request) if request.operation is Operation.STORE else None
            return answer or await ask(self, request, deadline)

        monkeypatch.setattr(VirtualAsker, "ask", asked)

    return begin


class TestAPortThatTheFabricCallsUnreliable:
    def test_is_marginal_in_the_kernel_and_its_paths_stand_apart(self) -> None:
        """In the last group, for as long as nothing else is told; no path fails."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, *_ = watched.host.paths()
            watched.notices.put(notice(first))
            await watched.passes(30)

            assert states(watched) == ["Marginal", *["Online"] * 3]
            assert groups(watched) == APART
            assert watched.the_map().status().paths_active == 4
            assert reasons(watched, "fabric") == [
                f"host0: links are not well: checksum errors; ports {first.target_port}"
            ]
            assert marks(watched) == [("8:0", "on")]
            assert reasons(watched, "mark_marginal") == ["marginal_pathgroups fpin: its remote port is marginal"]

        in_world(story, text=POLICY, defaults=FPIN)

    @pytest.mark.parametrize("kind", ENDS)
    def test_is_as_before_when_its_link_or_the_fabric_changed(self, kind: NoticeKind) -> None:
        """The group of before is one again."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            before = groups(watched)
            first, *_ = watched.host.paths()
            watched.notices.put(notice(first))
            await watched.passes(3)
            watched.notices.put(notice(first, kind))
            await watched.passes(3)

            assert set(states(watched)) == {"Online"}
            assert groups(watched) == before
            assert marks(watched) == [("8:0", "on"), ("8:0", "off")]

        in_world(story, text=POLICY, defaults=FPIN)

    def test_is_what_was_told_last_of_it(self) -> None:
        """Of notices that come together, too; those that say the same are told as one."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, second, *_ = watched.host.paths()
            ends = [notice(each, NoticeKind.STATE_CHANGE) for each in (first, second)]
            for each in (notice(first), notice(first), ends[0], notice(second), ends[1], notice(first)):
                watched.notices.put(each)
            await watched.passes(3)

            assert states(watched) == ["Marginal", *["Online"] * 3]
            assert len(reasons(watched, "fabric")) == len({notice(first), notice(second), *ends})
            assert reasons(watched, "fabric")[0].endswith(f"ports {first.target_port} (3 times)")

        in_world(story, text=POLICY, defaults=FPIN)

    def test_strikes_no_other_host(self) -> None:
        """The same port is reached over another link from there; what another host is told of is not known here."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, *_ = watched.host.paths()
            told = notice(first)
            watched.notices.put(FabricNotice(told.host + 17, told.kind, told.ports))
            watched.notices.put(FabricNotice(told.host, told.kind, frozenset({0x1234})))
            await watched.passes(3)

            assert set(states(watched)) == {"Online"}
            assert watched.kinds("mark_marginal", "fabric") == ["fabric", "fabric"]

        in_world(story, text=POLICY, defaults=FPIN)

    def test_is_marked_whichever_maps_there_are(self) -> None:
        """A notice that comes before the first plan counts for the maps that it makes."""

        async def story(watched: Watched) -> None:
            first, *_ = watched.host.paths()
            watched.notices.put(notice(first))
            await watched.passes(5)

            assert groups(watched) == APART
            assert watched.kinds("reloaded") == []

        in_world(story, text=POLICY, defaults=FPIN)

    def test_is_found_by_its_name_and_not_by_that_of_a_disk(self) -> None:
        """Where all disks behind it are gone, or have another name, it is that port and no other."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, *others = watched.host.paths()
            link = Folder(watched.host.sysfs, "block", first.name)
            link.unlink()
            link.symlink_to(Folder(watched.host.sysfs, "block", others[0].name).resolve())
            port = Folder(remote_port(f"{watched.host.sysfs}/block/{others[0].name}") or "")
            watched.notices.put(notice(first))
            await watched.passes(3)

            assert (port / "port_state").read_text().strip() == "Online"
            assert reasons(watched, "failed") == []

        in_world(story, text=POLICY, defaults=FPIN)

    def test_is_known_to_a_monitor_that_begins_and_to_a_plan_without_one(self) -> None:
        """The kernel remembers: nothing is to be done after a restart."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, *_ = watched.host.paths()
            watched.notices.put(notice(first))
            await watched.passes(3)
            before = watched.the_map().read()
            await watched.monitor.stop()
            again = Monitor(watched.host, config=watched.config, uevents=ListedUevents(), fabric=watched.notices)

            (planned,) = watched.host.plan(watched.config).changes
            assert planned.actions == (Action.QUEUEING,)  # as nobody looks after it; the groups are right
            again.start()
            await watched.passes(10)

            now = watched.the_map().read()
            assert (now.table_line, now.info.event_nr) == (before.table_line, before.info.event_nr)
            watched.notices.put(notice(first, NoticeKind.STATE_CHANGE))
            await watched.passes(3)
            assert len(groups(watched)) == 1
            await again.stop()

        in_world(story, text=POLICY, defaults=FPIN)

    def test_that_the_kernel_has_online_again_is_seen_by_the_next_check(self) -> None:
        """A link that went and came is another one; nobody has to tell."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, *_ = watched.host.paths()
            watched.notices.put(notice(first))
            await watched.passes(3)
            cable = watched.world.arrays[0].paths[0]
            cable.break_cable()
            cable.plug_cable()
            await watched.passes(10)

            assert set(states(watched)) == {"Online"}
            assert len(groups(watched)) == 1

        in_world(story, text=POLICY, defaults=FPIN)

    @pytest.mark.parametrize("kind", [NoticeKind.LINK_INTEGRITY, *ENDS])
    def test_that_is_blocked_is_left_as_it_is(self, kind: NoticeKind) -> None:
        """Nothing goes there, and nothing failed."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, *_ = watched.host.paths()
            watched.world.arrays[0].paths[0].break_cable()
            watched.notices.put(notice(first, kind))
            await watched.passes(0.5)

            assert states(watched)[0] == "Blocked"
            assert not watched.kinds("mark_marginal", "failed")

        in_world(story, text=POLICY, defaults=FPIN)

    def test_that_nobody_can_write_is_told_of(self, writing: Callable[[Write], None]) -> None:
        """The kernel is older than v5.11, or its attributes are read-only."""

        async def refuse(_: Request) -> Answer:
            return Answer(error=errno.EACCES)

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, *_ = watched.host.paths()
            writing(refuse)
            watched.notices.put(notice(first))
            await watched.passes(3)

            (failed,) = reasons(watched, "failed")
            assert failed.endswith("port_state cannot be made Marginal: Permission denied")
            assert not marks(watched)

        in_world(story, text=POLICY, defaults=FPIN)

    def test_does_not_bring_back_a_map_that_was_removed_meanwhile(self, writing: Callable[[Write], None]) -> None:
        """While the state of the port was being written."""

        async def story(watched: Watched) -> None:
            async def remove(_: Request) -> None:
                for found in watched.host.maps():
                    found.remove()

            await watched.passes(3)
            first, *_ = watched.host.paths()
            writing(remove)
            watched.notices.put(notice(first))
            await watched.passes(10)

            assert states(watched)[0] == "Marginal"
            assert watched.host.maps() == []

        in_world(story, text=POLICY, defaults=FPIN)


class TestAMonitorThatIsNotToListen:
    @pytest.mark.parametrize(("defaults", "act"), [("find_multipaths off", True), (FPIN, False)])
    def test_hears_nothing(self, defaults: str, *, act: bool) -> None:
        """Without the option, or where it only watches: a multipathd is there to listen."""

        async def story(watched: Watched) -> None:
            watched.notices.put(FabricNotice(0, NoticeKind.STATE_CHANGE))
            await watched.passes(3)

            assert not watched.kinds("fabric")

        in_world(story, text=POLICY, defaults=defaults, act=act)

    def test_begins_and_ends_to_with_the_configuration(self) -> None:
        """As soon as another one holds; what was marginal stays so in the kernel, and stands with the others."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, *_ = watched.host.paths()
            watched.notices.put(notice(first))
            await watched.passes(3)
            assert not watched.kinds("fabric")

            await watched.monitor.reconfigure(configuration(POLICY, FPIN))
            await watched.passes(3)
            assert groups(watched) == APART
            await watched.monitor.reconfigure(watched.config)
            await watched.passes(5)

            assert len(groups(watched)) == 1
            assert states(watched) == ["Marginal", *["Online"] * 3]

        in_world(story, text=POLICY)

    def test_is_told_when_notices_were_lost(self) -> None:
        """Nobody can ask for them again."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            watched.notices.lose()
            await watched.passes(1)

            (told,) = reasons(watched, "failed")
            assert "lost" in told

        in_world(story, text=POLICY, defaults=FPIN)
