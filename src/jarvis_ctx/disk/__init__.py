"""Files and folders that are ours alone, locks that die with their holder, and where a store lies."""
