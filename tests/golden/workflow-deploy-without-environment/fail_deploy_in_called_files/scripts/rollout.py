import subprocess
import sys

subprocess.run(
    ["aws", "ecs", "update-service", "--cluster", "shop", "--service", sys.argv[1],
     "--force-new-deployment"],
    check=True,
)
