"""One file a library: how its values are read and written."""
