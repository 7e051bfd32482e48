"""Clean the raw tables and join them."""
