"""Keeps and reloads all that the shop loaded, and all that was done with it.

`base` says what a store is, `local` is the one in a folder (SQLite and index snapshots), `view` is what is
searched at one revision. A document's way: `Record` -> `LocalStore.apply` -> `LocalStore.view` -> search.
"""
