import boto3

boto3.client("ecs").update_service(cluster="shop", service="api")
