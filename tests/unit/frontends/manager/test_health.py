from typing import Any

from multipath.frontends.manager.health import health, paths_of, summary


def status(*maps: list[bool]) -> dict[str, Any]:
    """Return the status of maps whose paths are in use or not."""
    return {
        "maps": [
            {"name": f"map{number}", "paths": [{"device": f"8:{index}", "active": active} for index, active in each]}
            for number, each in enumerate(map(enumerate, maps))
        ]
    }


class TestHealth:
    def test_is_good_where_every_path_is_in_use(self) -> None:
        """Also without any map."""
        assert health(status([True, True]), "")["healthy"]
        assert health(status(), "")["healthy"]

    def test_names_what_is_wrong(self) -> None:
        """Worst is a manager that does not get on; then maps without a path, and with fewer."""
        found = health(status([True, False], [False, False], [True]), "no check is made")

        assert found == {
            "healthy": False,
            "alive": False,
            "problems": [
                "no check is made",
                "map0: 1 of 2 paths are not in use",
                "map1: no path of 2 is in use",
            ],
        }


def test_paths_know_their_maps() -> None:
    """So that one list of them says all."""
    assert paths_of(status([True], [False]))[1] == {"map": "map1", "device": "8:0", "active": False}


def test_a_summary_counts() -> None:
    """In one line, for systemd."""
    assert summary(status([True, False], [True])) == "maps: 2; paths: 3, not in use: 1"
