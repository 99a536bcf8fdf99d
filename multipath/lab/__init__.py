"""A real kernel with virtual arrays, booted as an ordinary process: kernels, guests, backends and a pytest plugin."""
