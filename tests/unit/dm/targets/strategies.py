"""Targets and statuses, generated: everything that the types can say."""

from dataclasses import fields

from hypothesis import strategies as st

from multipath.dm.targets import (
    CorruptBioByte,
    DelayClass,
    DelayStatus,
    DelayTarget,
    DustStatus,
    DustTarget,
    ErrorTarget,
    Extent,
    FlakeyFeatures,
    FlakeyTarget,
    LinearTarget,
    MirrorStatus,
    MirrorTarget,
    SnapshotMergeTarget,
    SnapshotOriginTarget,
    SnapshotStatus,
    SnapshotTarget,
    StripedStatus,
    StripedTarget,
    ZeroTarget,
)
from multipath.units import Sectors

WORD = st.text(st.characters(min_codepoint=1, max_codepoint=127), min_size=1, max_size=6)
LOWER_WORD = WORD.filter(lambda word: word == word.lower())
UINT = st.integers(0, 2**32 - 1)
SECTORS = st.integers(0, 2**64 - 1).map(Sectors)
_SOME_WORDS = st.lists(WORD, max_size=3).map(tuple)
_HEALTH = st.text("ADSRFU", min_size=1, max_size=4)
_FLAKEY_WORDS = {f.name for f in fields(FlakeyFeatures)}

extents = st.builds(Extent, WORD, SECTORS)
_mirrors = st.lists(extents, min_size=2, max_size=4).map(tuple)
_regions = st.integers(2, 2**32 - 1).map(str)
_sync = st.sampled_from([(), ("sync",), ("nosync",)])
_core_args = st.tuples(_regions, _sync).map(lambda args: (args[0], *args[1]))
_disk_args = st.tuples(WORD, _core_args).map(lambda args: (args[0], *args[1]))
_foreign_logs = WORD.filter(lambda log: log not in ("core", "disk"))
_classes = st.builds(DelayClass, WORD, SECTORS, UINT)
_corruptions = st.builds(CorruptBioByte, st.integers(1, 2**32 - 1), st.sampled_from("rw"), st.integers(0, 255), UINT)
_probabilities = st.integers(0, 10**9)
_NEW_WORD = WORD.filter(lambda word: word.lower() not in _FLAKEY_WORDS)
_unknown = st.just(()) | st.tuples(_NEW_WORD, WORD)
_flakey_features = st.builds(
    FlakeyFeatures,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | _corruptions,
    _probabilities,
    _probabilities,
    _unknown,
)

tables = st.one_of(
    st.builds(LinearTarget, WORD, SECTORS),
    st.builds(
        StripedTarget, st.integers(1, 2**32 - 1).map(Sectors), st.lists(extents, min_size=1, max_size=3).map(tuple)
    ),
    st.builds(MirrorTarget, st.just("core"), _core_args, _mirrors, _SOME_WORDS),
    st.builds(MirrorTarget, st.just("disk"), _disk_args, _mirrors, _SOME_WORDS),
    st.builds(MirrorTarget, _foreign_logs, _SOME_WORDS, _mirrors, _SOME_WORDS),
    st.builds(
        SnapshotTarget,
        WORD,
        WORD,
        st.sampled_from(["P", "PO", "N"]),
        UINT.map(Sectors),
        st.lists(LOWER_WORD, max_size=3).map(tuple),
    ),
    st.builds(SnapshotMergeTarget, WORD, WORD, st.just("P"), UINT.map(Sectors)),
    st.builds(SnapshotOriginTarget, WORD),
    st.builds(ErrorTarget, _SOME_WORDS),
    st.builds(ZeroTarget),
    st.builds(DelayTarget, _classes),
    st.builds(DelayTarget, _classes, _classes, st.none() | _classes),
    st.builds(
        FlakeyTarget,
        WORD,
        SECTORS,
        st.integers(0, 2**31 - 1),
        st.integers(1, 2**31),
        _flakey_features,
    ),
    st.builds(DustTarget, WORD, SECTORS, st.integers(512, 1 << 30)),
)

statuses = st.one_of(
    st.builds(lambda health: StripedStatus(tuple(f"8:{i}" for i in range(len(health))), health), _HEALTH),
    st.builds(
        lambda health, part, whole, log: MirrorStatus(
            tuple(f"8:{i}" for i in range(len(health))), part, whole, health, log
        ),
        _HEALTH,
        SECTORS,
        SECTORS,
        _SOME_WORDS,
    ),
    st.builds(SnapshotStatus, SECTORS, SECTORS, UINT.map(Sectors)),
    st.builds(DelayStatus, UINT, UINT, st.none() | UINT),
    st.builds(DustStatus, WORD, st.booleans(), st.booleans()),
)
