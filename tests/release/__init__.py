"""What leaves the house: the wheel, the licences of what it needs, and a bill of materials."""
