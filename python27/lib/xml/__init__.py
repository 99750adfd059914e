"""XML: parsers (expat), sax (events), dom (trees of nodes), etree (trees of elements)."""
__all__ = ['dom', 'parsers', 'sax', 'etree']
