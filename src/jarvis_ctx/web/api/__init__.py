"""The endpoints, one noun a file: each is a blueprint that asks insight through `Answers`."""
