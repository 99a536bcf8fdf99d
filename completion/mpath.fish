# Completion of mpath for fish: the program itself knows what fits.
mpath completion fish | source
