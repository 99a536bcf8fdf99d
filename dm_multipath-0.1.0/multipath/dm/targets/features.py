"""The optional features at the end of a table: a count and so many words, or nothing at all."""

from ...wire.words import Words


def read_features(words: Words) -> tuple[str, ...]:
    """Take the features, if there are any; words of a newer kernel are kept like known ones."""
    if words.peek() is None:
        return ()
    return words.take_some(words.number("the number of feature words"), "a feature word")


def feature_words(features: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of ``features`` with their count; none where there are no features, as the kernel prints it."""
    return (str(len(features)), *features) if features else ()
