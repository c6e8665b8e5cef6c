print("seep")
