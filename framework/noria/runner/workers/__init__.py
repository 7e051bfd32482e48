"""Who executes the nodes: the one seam between planning and real threads and processes."""
