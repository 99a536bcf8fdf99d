"""What `mpath doctor` finds: for each check a host that is sick of it, made of one that is well."""
