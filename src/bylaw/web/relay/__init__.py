"""Web processes beside the one who decides: they speak HTTP, he answers; between them a pair of sockets each."""
