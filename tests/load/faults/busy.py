"""Works until it is interrupted."""
print("ready", flush=True)
while True:
    sorted(range(1000))
