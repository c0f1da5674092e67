"""Long orders: facts of old in segments, and a checkpoint of the fold. See decision 0019."""
