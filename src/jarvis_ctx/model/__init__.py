"""The nouns: frozen records, one file a noun."""
