import json

print(json.load(open("plan.json"))["terraform apply"])
