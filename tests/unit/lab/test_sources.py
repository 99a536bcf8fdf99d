"""The machine's own package sources, in both of apt's formats."""

import pytest

from multipath.errors import KernelUnavailable
from multipath.lab.sources import Source, mirror, of_release, parse_deb822, parse_list

BOTH_FORMATS = (
    ("deb http://archive.example/debian bookworm main contrib",
     "Types: deb\nURIs: http://archive.example/debian\nSuites: bookworm\nComponents: main contrib\n"),
    ("deb [signed-by=/keys/a.gpg arch=amd64] https://archive.example/debian sid main",
     "Types: deb\nURIs: https://archive.example/debian\nSuites: sid\nComponents: main\nSigned-By: /keys/a.gpg\n"),
    ("# nothing\ndeb-src http://archive.example/debian sid main\n",
     "# nothing\nTypes: deb-src\nURIs: http://archive.example/debian\nSuites: sid\nComponents: main\n"),
    ("", "Enabled: no\nTypes: deb\nURIs: http://archive.example/debian\nSuites: sid\nComponents: main\n"),
    ("deb http://archive.example/debian a main\ndeb http://archive.example/debian b main",
     "Types: deb deb-src\nURIs: http://archive.example/debian\nSuites: a\n b\n# why not\nComponents: main\n"),
)  # fmt: skip
DEBIAN = Source("http://archive.example/debian", "bookworm", ("main",))
SECURITY = Source("http://archive.example/debian-security", "bookworm-security", ("main",))
OTHER = Source("http://other.example/apt", "stable", ("main",))


class TestAFileOfSources:
    @pytest.mark.parametrize(("lines", "stanza"), BOTH_FORMATS)
    def test_says_the_same_in_both_formats(self, lines: str, stanza: str) -> None:
        """What is one source in one format is the same source in the other."""
        assert parse_list(lines) == parse_deb822(stanza)

    def test_is_read_back_from_its_own_text(self) -> None:
        """The one-line form survives a round trip."""
        source = Source("http://archive.example/debian", "sid", ("main", "contrib"), "/keys/a.gpg")

        assert parse_list(str(source)) == [source]

    def test_may_hold_a_key_in_place_of_its_name(self) -> None:
        """A key that stands in the file is no file name, and is left out."""
        text = "Types: deb\nURIs: http://archive.example/debian\nSuites: sid\nComponents: main\n"

        assert parse_deb822(f"{text}Signed-By:\n -----BEGIN PGP\n .\n")[0].signed_by == ""


class TestTheMirror:
    def test_is_that_of_the_distribution_itself(self) -> None:
        """Security updates and third parties have no other suites; the distribution's own mirror has."""
        assert mirror([OTHER, SECURITY, DEBIAN], "trixie").uri == DEBIAN.uri

    def test_is_used_with_the_suite_that_was_asked_for(self) -> None:
        """The suite is the caller's, whatever suite the machine runs."""
        assert mirror([DEBIAN], "trixie").suite == "trixie"

    def test_is_checked_against_the_keys_of_debian(self) -> None:
        """No unsigned source is ever made."""
        assert mirror([DEBIAN], "trixie").signed_by.endswith("debian-archive-keyring.gpg")

    def test_missing_is_said(self) -> None:
        """A machine without one gets a reason, not an address that somebody has typed in."""
        with pytest.raises(KernelUnavailable, match="mirror of Debian"):
            mirror([OTHER], "trixie")


class TestTheMachinesRelease:
    def test_has_its_updates_and_no_third_party(self) -> None:
        """Programs for the guest come from the release that the machine runs, security updates included."""
        assert of_release([OTHER, SECURITY, DEBIAN], "bookworm") == [SECURITY, DEBIAN]
