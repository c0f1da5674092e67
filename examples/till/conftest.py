pytest_plugins = ["order_projector.testing.plugin"]
