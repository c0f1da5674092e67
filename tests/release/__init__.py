"""What a release ships: the wheel, the licences of its dependencies, and a bill of materials."""
