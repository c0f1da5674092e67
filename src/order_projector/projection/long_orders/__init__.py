"""Long orders: older facts in segments, and a checkpoint of the fold. See decision 0019."""
