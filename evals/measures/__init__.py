"""One measure a module, with its definition and source."""
