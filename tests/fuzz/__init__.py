"""
Targets for atheris: each file is a program that feeds one reader with bytes until it is stopped.

``python -m tests.fuzz.fuzz_vpd -max_total_time=600``; `test_fuzz` runs each of them for a few seconds, from one seed.
"""
