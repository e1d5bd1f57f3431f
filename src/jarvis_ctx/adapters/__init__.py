"""One framework a folder, imported only by whoever uses it."""
