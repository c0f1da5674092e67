"""What tests with real servers and real workers share."""
