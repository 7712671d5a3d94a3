"""Question -> hits: lanes, filters, fusion, and how well a text answers a part."""
