"""A monitor that hears what the Fibre Channel fabric tells: on a host in memory, in its time."""

from pathlib import Path as Folder

import pytest

from multipath import Monitor
from multipath.maps.planned_map import Action
from multipath.paths.path import Path
from multipath.paths.transport import remote_port
from multipath.wire.fabric_notice import FabricNotice, NoticeKind

from .monitored import ListedUevents, Watched, configuration, in_world

FPIN = "find_multipaths off\nmarginal_pathgroups fpin"
POLICY = "path_grouping_policy multibus"


def notice(path: Path, kind: NoticeKind = NoticeKind.LINK_INTEGRITY) -> FabricNotice:
    """Return what the host of a path is told about the port that it leads to."""
    ports = frozenset({int(path.target_port or "", 16)}) if kind is NoticeKind.LINK_INTEGRITY else frozenset[int]()
    return FabricNotice(path.host or 0, kind, ports, "checksum errors" if ports else "")


def groups(watched: Watched) -> list[list[str]]:
    """Return the paths of each group of the one map."""
    return [[path.device for path in group.paths] for group in watched.the_map().table().groups]


class TestAPortThatTheFabricCallsUnreliable:
    def test_is_marginal_in_the_kernel_and_its_paths_stand_apart(self) -> None:
        """In the last group, for as long as nothing else is told; no path fails."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, *_ = watched.host.paths()
            watched.notices.put(notice(first))
            await watched.passes(30)

            assert [path.port_state for path in watched.host.paths()] == ["Marginal", *["Online"] * 3]
            assert groups(watched) == [["8:16", "8:32", "8:48"], ["8:0"]]
            assert watched.the_map().status().paths_active == 4
            (told,) = (event for event in watched.events if event.kind == "fabric")
            assert told.reason == f"host0: links are not well: checksum errors; ports {first.target_port}"
            (marked,) = (event for event in watched.events if event.kind == "mark_marginal")
            assert (marked.path, marked.after) == ("8:0", "on")
            assert marked.reason == "marginal_pathgroups fpin: its remote port is marginal"

        in_world(story, text=POLICY, defaults=FPIN)

    @pytest.mark.parametrize("kind", [NoticeKind.LINK_UP, NoticeKind.STATE_CHANGE])
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

            assert {path.port_state for path in watched.host.paths()} == {"Online"}
            assert groups(watched) == before
            assert [event.after for event in watched.events if event.kind == "mark_marginal"] == ["on", "off"]

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

            assert {path.port_state for path in watched.host.paths()} == {"Online"}
            assert watched.kinds("mark_marginal", "fabric") == ["fabric", "fabric"]

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

    def test_that_is_gone_meanwhile_is_told_of_and_changes_nothing(self) -> None:
        """The map stays as it is."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            first, *_ = watched.host.paths()
            Folder(remote_port(first.name, watched.host.sysfs) or "", "port_state").unlink()
            watched.notices.put(notice(first))
            await watched.passes(3)

            (failed,) = (event for event in watched.events if event.kind == "failed")
            assert "port_state cannot be made Marginal" in failed.reason
            assert not watched.kinds("mark_marginal")
            assert len(groups(watched)) == 1

        in_world(story, text=POLICY, defaults=FPIN)


class TestAMonitorThatIsNotToListen:
    @pytest.mark.parametrize("options", [{"defaults": "find_multipaths off"}, {"defaults": FPIN, "act": False}])
    def test_hears_nothing(self, options: dict[str, object]) -> None:
        """Without the option, or where it only watches: a multipathd is there to listen."""

        async def story(watched: Watched) -> None:
            watched.notices.put(FabricNotice(0, NoticeKind.STATE_CHANGE))
            await watched.passes(3)

            assert not watched.kinds("fabric")

        in_world(story, text=POLICY, **options)  # type: ignore[arg-type]

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
            assert len(groups(watched)) == 2
            await watched.monitor.reconfigure(watched.config)
            await watched.passes(3)

            assert len(groups(watched)) == 1
            assert [path.port_state for path in watched.host.paths()] == ["Marginal", *["Online"] * 3]

        in_world(story, text=POLICY)

    def test_is_told_when_notices_were_lost(self) -> None:
        """Nobody can ask for them again."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)
            watched.notices.lose()
            await watched.passes(1)

            (told,) = (event for event in watched.events if event.kind == "fabric")
            assert "lost" in told.reason

        in_world(story, text=POLICY, defaults=FPIN)
