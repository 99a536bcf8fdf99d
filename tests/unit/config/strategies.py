"""Texts of configurations, generated: from good ones to what no administrator would write."""

from hypothesis import strategies as st

from multipath.config.schema import FORMER, OPTIONS, SECTIONS

KEYWORDS = sorted(
    [*OPTIONS, *FORMER, *SECTIONS, "device", "multipath", "protocol", "vendor", "product", "wwid", "type"]
)
VALUES = ["0", "1", "yes", "no", "off", "fail", "queue", "-1", "99999999999", "1 queue_if_no_path", "*", "!^sd", "a b"]
NOISE = st.text(st.sampled_from('{}"#! \t\r\0ab1=öé\udcff\udc80☃'), max_size=12)

words = st.sampled_from(KEYWORDS) | st.sampled_from(VALUES) | st.sampled_from(["{", "}", '"', '""', "#", "!"]) | NOISE
_quoted = st.sampled_from(VALUES).map(lambda value: f'"{value}"')
lines = st.lists(words | _quoted, max_size=5).map(" ".join) | st.just("x" * 1022 + " verbosity 3")
texts = st.lists(lines, max_size=12).flatmap(
    lambda parts: st.sampled_from(["\n", "\r\n"]).map(lambda end: end.join(parts))
)
any_texts = texts | st.text(st.characters(codec=None), max_size=60)
values = st.text(st.characters(min_codepoint=1, max_codepoint=127, exclude_characters="\n\r"), max_size=30)
