"""``mpath config effective``: which value holds, where it stands, and what it beats."""

import json
from pathlib import Path

import pytest

from multipath.frontends.cli.main import main
from multipath.frontends.cli.setting_lines import LosingRecord, OriginRecord, SettingRecord
from multipath.virtual import VirtualHost

Capture = pytest.CaptureFixture[str]
TEXT = """\
defaults {
	no_path_retry fail
	user_friendly_names yes
}
devices {
	device {
		vendor "EXAMPLE"
		product "DISK"
		no_path_retry 12
	}
}
overrides {
	protocol {
		type scsi:iscsi
		fast_io_fail_tmo 15
	}
}
multipaths {
	multipath {
		wwid 3600a
		no_path_retry queue
	}
}
"""


@pytest.fixture
def conf(tmp_path: Path) -> str:
    """Return the name of a file of the configuration."""
    conf = tmp_path / "multipath.conf"
    conf.write_text(TEXT)
    return str(conf)


def effective(conf: str, *words: str) -> int:
    """Run ``mpath config effective`` with this file."""
    return main(["config", "effective", *words, "--conf", conf])


class TestAnOption:
    def test_is_told_with_its_place_and_what_it_beats(self, conf: str, capsys: Capture) -> None:
        """Strongest first."""
        assert effective(conf, "no_path_retry", "--vendor", "EXAMPLE", "--product", "DISK", "--wwid", "3600a") == 0
        assert capsys.readouterr().out.splitlines() == [
            "no_path_retry queue",
            f"  {conf}:21 (multipaths)",
            f"  beats 12, {conf}:9 (devices)",
            f"  beats fail, {conf}:2 (defaults)",
        ]

    @pytest.mark.parametrize(
        ("words", "value"),
        [
            (["no_path_retry"], "fail"),
            (["no_path_retry", "--vendor", "EXAMPLE", "--product", "DISK"], "12"),
            (["fast_io_fail_tmo", "--protocol", "scsi:iscsi"], "15"),
            (["fast_io_fail_tmo", "--protocol", "scsi:fcp"], "5"),
            (["user_friendly_names"], "yes"),
            (["prio_args"], '""'),
            (["dev_loss_tmo"], "-"),
        ],
        ids=str,
    )
    def test_has_the_value_of_the_array_that_is_meant(
        self, conf: str, words: list[str], value: str, capsys: Capture
    ) -> None:
        """As multipath.conf writes it; a dash where nothing says anything."""
        assert effective(conf, *words) == 0
        assert capsys.readouterr().out.splitlines()[0] == f"{words[0]} {value}"

    def test_of_a_known_array_names_its_entry(self, conf: str, capsys: Capture) -> None:
        """It has no file."""
        assert effective(conf, "max_sectors_kb", "--vendor", "PURE", "--product", "FlashArray") == 0
        assert "  built-in device (PURE FlashArray)" in capsys.readouterr().out.splitlines()

    def test_that_does_not_exist_is_an_error(self, conf: str, capsys: Capture) -> None:
        """With the nearest one."""
        assert effective(conf, "no_path_retries") == 1
        assert "is no_path_retry meant?" in capsys.readouterr().err


class TestTheRecord:
    def test_has_the_keys_that_were_promised(self, conf: str, capsys: Capture) -> None:
        """A key may be added, none may be changed or taken away; values have their types."""
        assert effective(conf, "user_friendly_names", "-o", "json") == 0

        record = json.loads(capsys.readouterr().out)
        assert record == {
            "option": "user_friendly_names",
            "value": True,
            "origin": {"layer": "defaults", "file": conf, "line": 3, "detail": ""},
            "losing": [
                {
                    "value": False,
                    "text": record["losing"][0]["text"],
                    "origin": {"layer": "built-in", "file": None, "line": 0, "detail": ""},
                }
            ],
        }

    @pytest.mark.parametrize("record", [OriginRecord, LosingRecord, SettingRecord])
    def test_is_explained(self, record: type) -> None:
        """Each key in the docstring."""
        assert all(f"        {key}: " in str(record.__doc__) for key in record.__annotations__)


def test_errors_elsewhere_in_the_file_are_told_in_one_line(conf: str, capsys: Capture) -> None:
    """The answer may rest on a line that is not read."""
    Path(conf).write_text(f"{TEXT}nowhere 1\n")

    assert effective(conf, "no_path_retry") == 0
    err = capsys.readouterr().err
    assert err.startswith(f"mpath config effective: the configuration has 1 error, the first is {conf}:24:1: error: ")
    assert err.endswith("; see mpath config check\n")


class TestWhatIsHere:
    @pytest.mark.parametrize("target", ["sda", "8:0", "mpatha"])
    def test_has_what_the_hardware_decides(self, world: VirtualHost, conf: str, target: str, capsys: Capture) -> None:
        """A map, and a path that is in one."""
        Path(conf).write_text(f"{TEXT}defaults {{\n\tfind_multipaths yes\n}}\n")
        world.add_array(paths=2, groups=("active/optimized", "standby"))

        assert effective(conf, "path_grouping_policy", target) == 0
        assert capsys.readouterr().out.splitlines()[:2] == [
            "path_grouping_policy group_by_prio",
            "  detected (every path speaks ALUA)",
        ]

    @pytest.mark.parametrize(
        ("option", "line"),
        [("prio", "prio sysfs"), ("prio_args", 'prio_args ""'), ("path_checker", "path_checker directio")],
    )
    def test_has_its_own_prioritizer_and_checker(
        self, world: VirtualHost, conf: str, option: str, line: str, capsys: Capture
    ) -> None:
        """Also where it gets no map."""
        world.add_array(paths=2, groups=("active/optimized", "standby"))

        assert effective(conf, option, "sda") == 0
        assert capsys.readouterr().out.splitlines()[0] == line

    def test_is_no_array_that_is_described(self, world: VirtualHost, conf: str) -> None:
        """One of the two is meant."""
        world.add_array(paths=2)

        assert effective(conf, "no_path_retry", "sda", "--vendor", "EXAMPLE") == 2

    def test_or_is_not_found(self, world: VirtualHost, conf: str) -> None:
        """Code 3."""
        assert effective(conf, "no_path_retry", "sda") == 3
