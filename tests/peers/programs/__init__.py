"""The same work, each written as that library's documentation recommends; they import nothing but it and `world`."""
