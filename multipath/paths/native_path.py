"""One hidden path to a namespace that the NVMe driver multipaths itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NativePath:
    """
    A path that has no node and no device number: the driver uses it, nobody else can.

    Attributes:
        name: The kernel's name, ``nvme0c1n1``: subsystem 0, controller 1, namespace 1.
        protocol: ``nvme:tcp`` and the like.
        state: The controller's state.
        ana_state: As the kernel prints it; ``None`` where the subsystem does not report it.
        target_port: The transport address of the controller.
    """

    name: str
    protocol: str
    state: str | None
    ana_state: str | None
    target_port: str | None
