"""
The manager: `multipath.maps.monitor` as a service of the machine, for ``mpath run``.

``service`` puts it together; ``notify`` speaks to systemd, ``log`` to the journal, ``status_socket`` to whoever asks,
``single`` sees to it that there is one.
"""
