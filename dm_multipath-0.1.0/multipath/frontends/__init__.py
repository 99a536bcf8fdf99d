"""How people and other programs see the library: the command line and the exporter."""
