"""What is observed of processes: metrics and logs. It decides nothing."""
