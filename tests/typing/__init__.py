"""What type checkers must accept and must refuse; nothing here is run."""
