"""``mpath metrics``: what Prometheus is to know, printed, into a file, or over HTTP."""

import argparse
import signal
import sys
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Final

from ...config.files import replace
from ...maps.host import Host
from ..exporter import Exporter
from ..manager.status_socket import FOLDER
from ..metrics.exposition import Form, records
from ..metrics.listener import LOOPBACK, PORT, Listener, address
from .manual import Manual, examples
from .table import argument
from .terminal import complain, print_json

_VERB: Final = "metrics"
_ENDS: Final = (signal.SIGINT, signal.SIGTERM)
_DESCRIPTION: Final = """\
Print once, in OpenMetrics' text, what the kernel and a running manager know of every map, group and path.
--textfile writes it for the textfile collector of node_exporter, whole or not at all, in the older format that it \
reads; name the file *.prom. --listen serves it over HTTP at /metrics, to this machine alone unless another address is \
named, until SIGTERM or SIGINT.
--rules and --dashboard print alerts for Prometheus and a dashboard for Grafana."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``metrics`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        _VERB,
        formatter_class=Manual,
        description=_DESCRIPTION,
        epilog=examples(
            "mpath metrics",
            "mpath metrics --textfile /var/lib/prometheus/node-exporter/multipath.prom",
            "mpath metrics --listen",
            "mpath metrics --listen 0.0.0.0:9747",
            "mpath metrics --rules > /etc/prometheus/multipath.rules.yml",
        ),
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--textfile", metavar="FILE", help="write it into this file")
    where.add_argument(
        "--listen", nargs="?", const=(LOOPBACK, PORT), type=argument(address), metavar="[HOST:]PORT",
        help=f"serve it over HTTP; {LOOPBACK}:{PORT}",
    )  # fmt: skip
    where.add_argument("--rules", dest="file", action="store_const", const="multipath.rules.yml", help="print alerts")
    where.add_argument(
        "--dashboard", dest="file", action="store_const", const="multipath.dashboard.json", help="print a dashboard"
    )
    parser.add_argument(
        "-o", "--output", choices=[*Form, "json"],
        help="the format: openmetrics, prometheus (the older text format), or json; a file and HTTP have their own",
    )  # fmt: skip
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, metavar="DIR", help="of the manager's socket; %(default)s"
    )
    parser.set_defaults(run=metrics)


def metrics(args: argparse.Namespace) -> int:
    """Run ``mpath metrics``."""
    if args.output and (args.textfile or args.listen or args.file):
        raise argparse.ArgumentTypeError("-o is for what is printed; a file and HTTP have their own formats")
    if args.file:
        _print((files("multipath.frontends.metrics") / args.file).read_text("utf-8"))
        return 0
    with Host() as host:
        exporter = Exporter(host, folder=args.folder)
        if args.listen:
            _serve(exporter, *args.listen)
        elif args.textfile:
            replace(args.textfile, exporter.text(Form.PROMETHEUS).encode(), "writing the metrics")
        elif args.output == "json":
            print_json({"metrics": records(exporter.readings())})
        else:
            _print(exporter.text(Form(args.output or Form.OPENMETRICS)))
    return 0


def _print(text: str) -> None:
    """Print a text of a format that is UTF-8 whatever the locale is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _serve(exporter: Exporter, host: str, port: int) -> None:
    exporter.readings()  # who may not ask the kernel is told at once, and not each time that somebody asks
    with Listener(exporter, host, port) as listener:
        # shutdown() waits for serve_forever(), which is what a signal interrupts.
        former = {each: signal.signal(each, lambda *_: Thread(target=listener.shutdown).start()) for each in _ENDS}
        try:
            complain(_VERB, f"listening at {listener.url}")
            listener.serve_forever()
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)
