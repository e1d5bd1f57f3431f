"""Objects to bytes and back, in layers that stack: exact JSON, signed pickle, zstd, signatures."""
