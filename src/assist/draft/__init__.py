"""Question and hits -> drafts: statements composed from evidence, each with the place it comes from."""
