"""Everything that can be wrong with a deployment: one finding each, with its remedy."""
