"""Exact text: what the kernel prints and accepts, as typed values and back. Pure: nothing here touches the machine."""
