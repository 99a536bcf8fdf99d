"""The machine of a path: whether the kernel is to use it."""

from typing import Final

from .machine import StateMachine, Step

UNCHECKED: Final = "unchecked"
USED: Final = "used"
FAILED: Final = "failed"
WITHHELD: Final = "withheld"
GONE: Final = "gone"

GOOD: Final = "good"
BAD: Final = "bad"
HOLD: Final = "hold"
RELEASE: Final = "release"
KERNEL_FAILED: Final = "kernel_failed"
KERNEL_USES: Final = "kernel_uses"
REMOVED: Final = "removed"

FAIL: Final = "fail"
REINSTATE: Final = "reinstate"
CHECK: Final = "check"

PATH: Final = StateMachine(
    "path",
    {
        UNCHECKED: "nobody has looked at it yet, or somebody else reinstated it",
        USED: "its checker says that it works, and the kernel uses it",
        FAILED: "the kernel does not use it",
        WITHHELD: "its checker says that it works, but it is not trusted: it failed too often, or may be another unit",
        GONE: "its device is not there any more",
    },
    {
        GOOD: "the checker says up or ghost, and nothing speaks against its use",
        BAD: "the checker says down, shaky, disconnected, or nothing at all",
        HOLD: "the checker says up, and san_path_err_*, marginal_path_*, delay_*_checks or recheck_wwid against it",
        RELEASE: "what spoke against it is over",
        KERNEL_FAILED: "the kernel does not use it any more",
        KERNEL_USES: "the kernel uses it again, and not because we told it to: a reload, or an administrator",
        REMOVED: "its device went away",
    },
    {
        FAIL: "tell the kernel not to use it",
        REINSTATE: "tell the kernel to use it",
        CHECK: "check it at once",
    },
    {
        (UNCHECKED, GOOD): Step(USED, REINSTATE),
        (UNCHECKED, BAD): Step(FAILED, FAIL),
        (UNCHECKED, HOLD): Step(WITHHELD, FAIL),
        (UNCHECKED, KERNEL_FAILED): Step(FAILED, CHECK),
        (USED, BAD): Step(FAILED, FAIL),
        (USED, HOLD): Step(WITHHELD, FAIL),
        (USED, KERNEL_FAILED): Step(FAILED, CHECK),
        (FAILED, GOOD): Step(USED, REINSTATE),
        (FAILED, HOLD): Step(WITHHELD),
        (FAILED, KERNEL_USES): Step(UNCHECKED, CHECK),
        (WITHHELD, RELEASE): Step(USED, REINSTATE),
        (WITHHELD, BAD): Step(FAILED),
        (WITHHELD, KERNEL_USES): Step(WITHHELD, FAIL),
        (UNCHECKED, REMOVED): Step(GONE),
        (USED, REMOVED): Step(GONE, FAIL),
        (FAILED, REMOVED): Step(GONE),
        (WITHHELD, REMOVED): Step(GONE),
    },
)
