"""What a monitor says of itself, for JSON."""

import json
from dataclasses import asdict, fields

from multipath.maps.monitor_status import MapStatus, MonitorStatus, PathStatus

PATH = PathStatus("sda", "8:0", 1, "up", "up", True, "tur", "answers", 50, 1.5, 3, False)
MAP = MapStatus("mpatha", "3600", "up", 1, 2, True, (PATH, PATH), "refused", 1, 2, 3, 4.0, 5, 6, 7.0)


class TestARecord:
    def test_has_every_attribute(self) -> None:
        """Of a map and of its paths: a new one is not forgotten, in their order."""
        assert MAP.as_record() == {**asdict(MAP), "paths": [asdict(PATH), asdict(PATH)]}
        assert list(MAP.as_record()) == [field.name for field in fields(MAP)]
        assert list(PATH.as_record()) == [field.name for field in fields(PATH)]

    def test_is_one_for_json(self) -> None:
        """The whole of it, as the manager's socket sends it."""
        status = MonitorStatus(True, 2.0, (MAP,), (), {"checks": 3})

        record = json.loads(json.dumps(status.as_record()))

        assert record["maps"] == [MAP.as_record()]
        assert record["rates"] == {"checks": 1.5}
