"""How an explanation is told: its sentences, its arithmetic, and the whole of it as JSON."""
