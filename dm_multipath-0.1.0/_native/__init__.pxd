# Cython takes a folder for a package when this file is in it.
