"""A Prometheus server, of Debian's package, and the one that it sends its alerts to: the test."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from queue import Queue

from multipath.lab import tools

DEADLINE = 60.0  # seconds, on a machine that is busy
_CONFIGURATION = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{alerts}']}}]}}]}}
scrape_configs: [{{job_name: multipath, static_configs: [{{targets: {targets}}}]}}]
"""

Alert = dict[str, str]


def program(name: str) -> str:
    """Return where a program of the package is: on this machine or guest, or fetched."""
    return shutil.which(name) or str(tools.layer(("prometheus",)) / "usr/bin" / name)


class Alerts(ThreadingHTTPServer):
    """Who takes the alerts, as an Alertmanager would."""

    daemon_threads = True

    def __init__(self) -> None:
        self.sent: Queue[Alert] = Queue()
        self._seen: list[Alert] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    def wait(self, name: str, **labels: str) -> Alert:
        """Return the labels of an alert, once it has been sent; each is sent once, in no order."""
        wanted = {"alertname": name, **labels}
        while True:
            for alert in self._seen:
                if wanted.items() <= alert.items():
                    return alert
            self._seen.append(self.sent.get(timeout=DEADLINE))


class _Handler(BaseHTTPRequestHandler):
    server: Alerts

    def do_POST(self) -> None:
        """Take alerts."""
        for alert in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            self.server.sent.put(alert["labels"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Write nothing down."""


@contextmanager
def prometheus(folder: Path, targets: Sequence[str], address: str = "127.0.0.1:0") -> Iterator[Alerts]:
    """
    Let a server ask exporters each second, with the alerts of the package, which are raised at once.

    Args:
        folder: Where it gets a folder for its files.
        targets: The addresses of the exporters.
        address: Where it is to listen.
    """
    folder = folder / "prometheus"
    folder.mkdir()
    rules = (files("multipath.frontends.metrics") / "multipath.rules.yml").read_text()
    (folder / "rules.yml").write_text(re.sub(r"for: \d+[ms]", "for: 0s", rules))
    with Alerts() as alerts, (folder / "log").open("w") as log:
        thread = threading.Thread(target=lambda: alerts.serve_forever(0.05))
        thread.start()
        text = _CONFIGURATION.format(alerts=f"127.0.0.1:{alerts.server_port}", targets=json.dumps([*targets]))
        (folder / "prometheus.yml").write_text(text)
        words = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
        command = [program("prometheus"), *words, f"--web.listen-address={address}"]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield alerts
        finally:
            process.terminate()
            process.wait()
            alerts.shutdown()
            thread.join()
