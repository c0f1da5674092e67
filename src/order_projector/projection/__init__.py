"""The projection: from batches of records to stored and announced orders, and the ports for it."""
