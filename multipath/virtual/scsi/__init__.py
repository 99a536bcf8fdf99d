"""
What an array answers to SCSI commands: bytes of a command in, status, data and sense out.

One file for each family of commands; ``server`` finds the right one and checks what comes before: unit attentions,
access states, reservations.
"""
