"""Track what each customer has spent, from `order.updated`."""
