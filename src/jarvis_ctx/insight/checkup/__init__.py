"""The checks of the checkup, one noun a file; each yields what it found and writes nothing."""
