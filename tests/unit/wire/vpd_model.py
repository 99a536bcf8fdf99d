"""The WWID of page 0x83, step by step and without regard to speed: what the quick one is compared with."""

BUFFER = 128  # of a WWID, its terminating zero included


def wwid_of(page: bytes) -> str | None:
    """Return the WWID of a page; `None` where it gives none, or one of which only the kind is left."""
    if len(page) < 4 or page[1] != 0x83:
        return None
    end = min(len(page), 4 + page[2] * 256 + page[3])
    best: bytes = b""
    rank, at = 0, 4
    while at + 4 <= end and at + 4 + page[at + 3] <= end:
        descriptor = page[at : at + 4 + page[at + 3]]
        at += len(descriptor)
        if rank_of(descriptor) > rank and text_of(descriptor) is not None:
            best, rank = descriptor, rank_of(descriptor)
    return text_of(best) if rank else None


def rank_of(descriptor: bytes) -> int:
    """Return what a descriptor is worth."""
    value, size = descriptor[4:], descriptor[3]
    if descriptor[1] & 0x30:
        return 0
    match descriptor[1] & 0x0F:
        case 3 if size == 16 and value[0] // 16 == 6:
            return 8
        case 3 if size == 8 and value[0] // 16 == 5:
            return 7
        case 3 if size == 8 and value[0] // 16 == 2:
            return 6
        case 2 if size in (8, 12, 16):
            return 4
        case 8 if value.startswith((b"eui.", b"naa.", b"iqn.")):
            return 3
        case 1 if size >= 8:
            return 2
        case 3 if size == 8 and value[0] // 16 == 3:
            return 1
    return 0


def text_of(descriptor: bytes) -> str | None:
    """Return the text of a descriptor that has a rank."""
    kind, value = descriptor[1] & 0x0F, descriptor[4:][:BUFFER]
    if kind in (2, 3):
        return str(kind) + "".join(f"{byte:02x}" for byte in value)
    if kind == 8:
        prefix, rest = value[:4], value[4:]
        out = {b"eui.": b"2", b"naa.": b"3", b"iqn.": b"8"}[prefix] + (rest if prefix == b"iqn." else rest.lower())
    else:
        out = b"1"
        for place, byte in enumerate(value):
            if byte != 0x20:
                out += bytes((byte,))
            elif value[place + 1 : place + 2] not in (b" ", b"") and value[place:].strip(b" "):
                out += b"_"  # the last blank of a run stands for all of it, where something follows
    out = out.split(b"\0")[0][: BUFFER - 1]
    return out.decode("utf-8", "surrogateescape") if out[1:].strip(b" _") else None
