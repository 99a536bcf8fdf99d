"""The daemon of multipath-tools, as far as this library meets it: is it there?"""
