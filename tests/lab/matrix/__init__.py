"""The fault matrix: every fault of the lab on every array that it works on, under a load that proves itself."""
