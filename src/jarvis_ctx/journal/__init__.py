"""What happened: segments, marks, the pen, the drain, reading and folding."""
