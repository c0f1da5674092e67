"""The wording of an explanation: its sentences, its arithmetic, and the whole of it as JSON."""
