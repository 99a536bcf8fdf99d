"""
Metrics of multipath maps for Prometheus and whoever reads its formats.

`multipath.frontends.exporter` collects; here are the families, what fills each of them, the texts, and the ways out:
HTTP and a file. ``multipath.rules.yml`` has alerts, ``multipath.dashboard.json`` is a dashboard of Grafana.
"""
