"""The pages that show orders."""
