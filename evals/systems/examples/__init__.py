"""One sample configuration of each kind of system; copy one and change it."""
