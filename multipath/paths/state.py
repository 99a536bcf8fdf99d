"""The states of a path, in the words of multipath-tools: what a checker says, and what a plan begins with."""

import enum


class PathState(enum.StrEnum):
    """The states of a path; those of multipath-tools."""

    WILD = "wild"
    UNCHECKED = "unchecked"
    DOWN = "down"
    UP = "up"
    SHAKY = "shaky"
    GHOST = "ghost"
    PENDING = "pending"
    TIMEOUT = "timeout"
    REMOVED = "removed"
    DELAYED = "delayed"
    DISCONNECTED = "disconnected"
