"""The compiled modules, and the view of `_native/` that lets Cython see them under their own package name."""

from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_py import build_py

MODULES = (
    "codec",
    "control",
    "decisions",
    "distribution",
    "group",
    "historical_service_time",
    "io_affinity",
    "passthrough",
    "queue_length",
    "ranking",
    "round_robin",
    "selector",
    "service_time",
    "simulation",
    "workers",
)
# A product and a sum that the compiler fuses are rounded once instead of twice, on some machines: a simulation is to
# give the same nanoseconds on all of them.
COMPILE_ARGS = ["-ffp-contract=off"]
# A worker (`workers`) is a copy of a process in which a thread may have held the lock of the dynamic linker: it is to
# look no function up.
LINK_ARGS = ["-Wl,-z,now"]

# Cython names a module after the folders above its source, and `_native/` stands outside `multipath/`.
# So it gets a view: build/cython/multipath/_native is a link to ./_native. The link is made afresh by each
# build, which may run in a copy of the tree; the __init__.pxd files tell Cython that the view is a package.
view = Path("build/cython/multipath/_native")
view.parent.mkdir(parents=True, exist_ok=True)
(view.parent / "__init__.pxd").touch()
view.unlink(missing_ok=True)
view.symlink_to(Path("_native").resolve(), target_is_directory=True)


class WithDeclarations(build_py):
    """Install the declarations too, so that other compiled modules can ``cimport`` the selectors and groups."""

    def run(self) -> None:
        """Copy the package, and the declarations into it."""
        super().run()
        for declarations in () if self.editable_mode else sorted(Path("_native").glob("*.pxd")):
            self.copy_file(str(declarations), str(Path(self.build_lib, "multipath/_native", declarations.name)))


setup(
    cmdclass={"build_py": WithDeclarations},
    ext_modules=cythonize(
        [
            Extension(
                f"multipath._native.{name}",
                [str(view / f"{name}.pyx")],
                extra_compile_args=COMPILE_ARGS,
                extra_link_args=LINK_ARGS,
            )
            for name in MODULES
        ],
        include_path=["build/cython"],
        build_dir="build/c",
        compiler_directives={
            "language_level": 3,
            "binding": True,
            "boundscheck": False,
            "wraparound": False,
            "auto_pickle": False,
            "autotestdict": False,
            "freethreading_compatible": True,
        },
    ),
    cffi_modules=["_native/libc_build.py:ffibuilder"],
    data_files=[
        ("share/man/man1", sorted(map(str, Path("man").glob("*.1")))),
        ("share/bash-completion/completions", ["completion/mpath"]),
        ("share/zsh/site-functions", ["completion/_mpath"]),
        ("share/fish/vendor_completions.d", ["completion/mpath.fish"]),
    ],
)
