print("leaky")
