"""What the test server knows of an account beside IAM: one small thing of each kind, and a marker in every field that may hold a secret."""
import json

ACCOUNT = "111122223333"
REGION = "eu-central-1"
# Stands in every value that must reach no file, log, message or report.
CANARY = "canary-7f3a"
BUCKETS = {"acme-bundles": "eu-central-1", "acme.site": "us-east-1", "old_Logs": ""}
KEY_ID = "0a1b2c3d-1111-2222-3333-444455556666"
SECRET_ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/database-AbCdEf"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/all"
NOW = 1795348800


def arn(service, rest):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def policy(resource, principal=f"arn:aws:iam::{ACCOUNT}:root", action="s3:GetObject"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": resource}]})


class Refusal(Exception):
    """A service that says no: code and status."""

    def __init__(self, code, status=400):
        super().__init__(code)
        self.code, self.status = code, status


def pages(asked, member, items, size, token="nextToken"):
    start = int(asked.get(token) or 0)
    out = {member: items[start:start + size]}
    if start + size < len(items):
        out[token] = str(start + size)
    return out


# ---- services that speak JSON --------------------------------------------------------------------
def task_definition(asked):
    family, _, revision = asked["taskDefinition"].rpartition("/")[2].partition(":")
    container = {"name": "web", "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop:1.{revision}", "essential": True, "command": ["serve", CANARY],
                 "entryPoint": ["sh", "-c", CANARY], "environment": [{"name": "DATABASE_URL", "value": "mysql://u:" + CANARY + "@h/db"}, {"name": "EMPTY", "value": ""}],
                 "secrets": [{"name": "TOKEN", "valueFrom": SECRET_ARN + ":token::"}], "dockerLabels": {"note": CANARY},
                 "healthCheck": {"command": ["CMD", CANARY], "interval": 30},
                 "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": CANARY}}, "newFeature": {"of": ["tomorrow", CANARY]}}
    return {"taskDefinition": {"taskDefinitionArn": arn("ecs", f"task-definition/{family}:{revision}"), "family": family, "revision": int(revision),
                               "containerDefinitions": [container], "status": "ACTIVE", "registeredAt": NOW + 0.123,
                               "volumes": [{"name": "v", "dockerVolumeConfiguration": {"driver": "d", "driverOpts": {"password": CANARY}}}],
                               "taskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/admin"}, "tags": []}


def revisions(asked):
    assert (asked["status"], asked["sort"]) == ("ACTIVE", "DESC"), asked
    return pages(asked, "taskDefinitionArns", [arn("ecs", f"task-definition/{asked['familyPrefix']}:{number}") for number in (12, 9, 8, 7, 6, 5, 2, 1)], 3)


def tasks(asked):
    override = {"containerOverrides": [{"name": "web", "command": [CANARY], "environment": [{"name": "K", "value": CANARY}]}]}
    return {"tasks": [{"taskArn": one, "clusterArn": asked["cluster"], "group": "service:shop0", "lastStatus": "RUNNING", "overrides": override,
                       "containers": [{"name": "web", "imageDigest": "sha256:" + "1" * 64, "reason": CANARY}]} for one in asked["tasks"]], "failures": []}


def services(asked):
    assert len(asked["services"]) <= 10, asked
    one = lambda name: {"serviceArn": name, "serviceName": name.rpartition("/")[2], "status": "ACTIVE", "taskDefinition": arn("ecs", "task-definition/shop:3"),
                        "desiredCount": 2, "deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 200, "deploymentCircuitBreaker": {"enable": True, "rollback": True}, "lifecycleHooks": [{"hookDetails": CANARY}]},
                        "deployments": [{"status": "PRIMARY", "taskDefinition": arn("ecs", "task-definition/shop:3"), "createdAt": NOW,
                                         "serviceConnectConfiguration": {"logConfiguration": {"logDriver": "x", "options": {"token": CANARY}}}}]}
    return {"services": [one(name) for name in asked["services"]], "failures": []}


def deployments(asked):
    assert asked["cluster"].endswith("cluster/prod") and asked["maxResults"] == 100, asked
    one = lambda n, status: {"serviceDeploymentArn": asked["service"].replace(":service/", ":service-deployment/") + f"/d{n}", "serviceArn": asked["service"],
                             "targetServiceRevisionArn": asked["service"].replace(":service/", ":service-revision/") + f"/{n}", "createdAt": NOW + n, "status": status,
                             "statusReason": CANARY}
    return pages(asked, "serviceDeployments", [one(1, "SUCCESSFUL"), one(2, "ROLLBACK_SUCCESSFUL")] if asked["service"].endswith("/shop0") else [], 1)


def service_revisions(asked):
    assert len(asked["serviceRevisionArns"]) <= 20, asked
    return {"serviceRevisions": [{"serviceRevisionArn": one, "taskDefinition": arn("ecs", "task-definition/shop:3"), "createdAt": NOW,
                                  "serviceConnectConfiguration": {"logConfiguration": {"options": {"token": CANARY}}},
                                  "containerImages": [{"containerName": "web", "image": "shop:1", "imageDigest": "sha256:" + "1" * 64}]}
                                 for one in asked["serviceRevisionArns"]], "failures": []}


def document(asked):
    name = asked["Name"]
    content = {"schemaVersion": "2.2", "description": CANARY, "parameters": {"Version": {"type": "String", "default": CANARY, "allowedPattern": "^[0-9.]+$"}},
               "mainSteps": [{"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["deploy {{ Version }} " + CANARY]}}]}
    return {"Name": name, "DocumentVersion": "1", "Status": "Active", "DocumentType": "Command", "DocumentFormat": "JSON" if name == "acme-deploy" else "YAML",
            "Content": json.dumps(content) if name == "acme-deploy" else "mainSteps: " + CANARY}


def events(asked):
    name = asked["LookupAttributes"][0]["AttributeValue"]
    record = {"eventName": name, "eventID": "e-1", "eventTime": "2026-11-21T12:00:00Z", "requestID": "r-1", "errorCode": "AccessDenied", "sourceIPAddress": "192.0.2.1",
              "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ann", "accessKeyId": "AKIAEXAMPLE"}, "requestParameters": {"policyDocument": CANARY},
              "responseElements": {"token": CANARY}}
    one = {"EventId": "e-1", "EventName": name, "EventTime": NOW, "Username": "ann", "AccessKeyId": "AKIAEXAMPLE", "CloudTrailEvent": json.dumps(record),
           "Resources": [{"ResourceType": "AWS::IAM::Role", "ResourceName": "admin"}]}
    return {"Events": [one] if name == "PutRolePolicy" else []}


def secret_policy(asked):
    out = {"ARN": asked["SecretId"], "Name": asked["SecretId"].rpartition(":")[2][:-7]}
    return {**out, "ResourcePolicy": policy("*", action="secretsmanager:GetSecretValue")} if asked["SecretId"] == SECRET_ARN else out


def rotation(asked):
    return {"KeyRotationEnabled": True}


def refuse(code):
    def answer(_):
        raise Refusal(code)
    return answer


JSON = {
    ("ecr", "DescribeImages"): lambda asked: pages(asked, "imageDetails", [
        {"registryId": ACCOUNT, "repositoryName": asked["repositoryName"], "imageDigest": "sha256:" + str(n) * 64, "imageTags": [f"1.{n}"], "imagePushedAt": NOW + n,
         "imageSizeInBytes": 1000} for n in range(3)], 2),
    ("ecr", "GetLifecyclePolicy"): lambda asked: {"repositoryName": asked["repositoryName"], "lifecyclePolicyText": "{\"rules\":[]}"}
    if asked["repositoryName"] == "shop" else refuse("LifecyclePolicyNotFoundException")(asked),
    ("ecr", "GetRegistryPolicy"): refuse("RegistryPolicyNotFoundException"),
    ("ecr", "GetRegistryScanningConfiguration"): lambda _: {"registryId": ACCOUNT, "scanningConfiguration": {"scanType": "BASIC", "rules": []}},
    ("ecr", "DescribeRepositoryCreationTemplates"): lambda _: {"repositoryCreationTemplates": [
        {"prefix": "team", "description": CANARY, "imageTagMutability": "IMMUTABLE", "appliedFor": ["CREATE_ON_PUSH"], "createdAt": NOW}]},
    ("ecr-public", "DescribeRepositories"): lambda _: {"repositories": [{"repositoryName": "tools", "repositoryUri": "public.ecr.aws/acme/tools"}]},
    ("ecr-public", "DescribeImageTags"): lambda _: {"imageTagDetails": [{"imageTag": "latest", "createdAt": NOW, "imageDetail": {"imageDigest": "sha256:" + "0" * 64}}]},
    ("ecs", "ListClusters"): lambda asked: pages(asked, "clusterArns", [arn("ecs", "cluster/prod"), arn("ecs", "cluster/stage")], 1),
    ("ecs", "DescribeClusters"): lambda asked: {"clusters": [{"clusterArn": one, "clusterName": one.rpartition("/")[2], "status": "ACTIVE"} for one in asked["clusters"]],
                                                "failures": []},
    ("ecs", "ListServices"): lambda asked: pages(asked, "serviceArns", [arn("ecs", f"service/prod/shop{n}") for n in range(12)]
                                                 if asked["cluster"].endswith("prod") else [], 10),
    ("ecs", "DescribeServices"): services,
    ("ecs", "ListServiceDeployments"): deployments,
    ("ecs", "DescribeServiceRevisions"): service_revisions,
    ("ecs", "ListTaskDefinitions"): revisions,
    ("ecs", "ListTasks"): lambda asked: {"taskArns": [asked["cluster"].replace("cluster/", "task/") + "/0a"]},
    ("ecs", "DescribeTasks"): tasks,
    ("ecs", "DescribeTaskDefinition"): task_definition,
    ("ssm", "DescribeInstanceInformation"): lambda _: {"InstanceInformationList": [{"InstanceId": "i-0a1b2c3d", "PingStatus": "Online", "LastPingDateTime": NOW}],
                                                       "NextToken": ""},
    ("ssm", "DescribeParameters"): lambda asked: pages(asked, "Parameters", [
        {"Name": f"/shop/p{n}", "Type": "String", "Description": CANARY, "AllowedPattern": CANARY, "Policies": [{"PolicyText": CANARY}], "LastModifiedDate": NOW}
        for n in range(3)], 2, "NextToken"),
    ("ssm", "ListDocuments"): lambda asked: {"DocumentIdentifiers": [{"Name": "acme-deploy", "Owner": ACCOUNT}, {"Name": "acme-old", "Owner": ACCOUNT}]}
    if asked["Filters"] == [{"Key": "Owner", "Values": ["Self"]}] else refuse("InvalidFilterKey")(asked),
    ("ssm", "DescribeDocumentPermission"): lambda asked: {"AccountIds": ["all"] if asked["Name"] == "acme-old" else [], "AccountSharingInfoList": []},
    ("ssm", "GetDocument"): document,
    ("secretsmanager", "ListSecrets"): lambda _: {"SecretList": [
        {"ARN": SECRET_ARN, "Name": "shop/database", "Description": CANARY, "RotationEnabled": False, "LastChangedDate": NOW},
        {"ARN": SECRET_ARN.replace("database", "mail"), "Name": "shop/mail", "RotationEnabled": True}]},
    ("secretsmanager", "GetResourcePolicy"): secret_policy,
    ("kms", "ListAliases"): lambda _: {"Aliases": [{"AliasName": "alias/shop", "AliasArn": arn("kms", "alias/shop"), "TargetKeyId": KEY_ID},
                                                   {"AliasName": "alias/aws/s3", "TargetKeyId": "ffffffff-0000"}, {"AliasName": "alias/aws/ebs"}], "Truncated": False},
    ("kms", "DescribeKey"): lambda asked: {"KeyMetadata": {"KeyId": asked["KeyId"], "Arn": arn("kms", "key/" + asked["KeyId"]), "Description": CANARY,
                                                           "CreationDate": NOW, "KeyState": "Enabled"}},
    ("kms", "GetKeyPolicy"): lambda asked: {"Policy": policy("*", action="kms:*"), "PolicyName": asked["PolicyName"]},
    ("kms", "GetKeyRotationStatus"): lambda _: {"KeyRotationEnabled": False},
    ("cloudtrail", "DescribeTrails"): lambda _: {"trailList": [{"Name": "all", "TrailARN": TRAIL, "HomeRegion": REGION, "IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": True}]},
    ("cloudtrail", "GetTrailStatus"): lambda asked: {"IsLogging": True, "LatestDeliveryTime": NOW + 0.5},
    ("cloudtrail", "LookupEvents"): events,
}

# ---- services that speak XML ---------------------------------------------------------------------
ITEMS = lambda *texts: "".join(f"<item>{text}</item>" for text in texts)
INSTANCE = ("<instanceId>i-0a1b2c3d</instanceId><imageId>ami-1</imageId><instanceState><code>16</code><name>running</name></instanceState>"
            f"<userData>{CANARY}</userData><instanceType>t3.small</instanceType><launchTime>2026-11-01T00:00:00.000Z</launchTime><ipAddress>192.0.2.10</ipAddress>"
            f"<groupSet>{ITEMS('<groupId>sg-1</groupId><groupName>web</groupName>')}</groupSet>"
            f"<networkInterfaceSet>{ITEMS('<groupSet>' + ITEMS('<groupId>sg-1</groupId>', '<groupId>sg-2</groupId>') + '</groupSet>')}</networkInterfaceSet>"
            f"<futureSet>{ITEMS('<a>1</a>', '<a>2</a>')}</futureSet>"
            f"<iamInstanceProfile><arn>arn:aws:iam::{ACCOUNT}:instance-profile/admin</arn><id>AIPAEXAMPLE</id></iamInstanceProfile>"
            "<metadataOptions><state>applied</state><httpTokens>optional</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit>"
            "<httpEndpoint>enabled</httpEndpoint></metadataOptions>"
            f"<tagSet>{ITEMS('<key>Name</key><value>web</value>', '<key>env</key><value>prod</value>')}</tagSet>")
RULES = ITEMS(f"<ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort><groups/><ipRanges>{ITEMS('<cidrIp>0.0.0.0/0</cidrIp><description>x</description>')}</ipRanges>"
              f"<ipv6Ranges>{ITEMS('<cidrIpv6>::/0</cidrIpv6>')}</ipv6Ranges><prefixListIds/>",
              f"<ipProtocol>-1</ipProtocol><groups>{ITEMS(f'<userId>{ACCOUNT}</userId><groupId>sg-1</groupId>')}</groups><ipRanges/><ipv6Ranges/><prefixListIds/>")
EC2 = {
    "DescribeInstances": f"<reservationSet>{ITEMS(f'<reservationId>r-1</reservationId><ownerId>{ACCOUNT}</ownerId><groupSet/><instancesSet>{ITEMS(INSTANCE)}</instancesSet>')}</reservationSet>",
    "DescribeSecurityGroups": f"<securityGroupInfo>{ITEMS(f'<ownerId>{ACCOUNT}</ownerId><groupId>sg-1</groupId><groupName>web</groupName><groupDescription>{CANARY}</groupDescription><vpcId>vpc-1</vpcId><ipPermissions>{RULES}</ipPermissions><ipPermissionsEgress/>')}</securityGroupInfo>",
    "DescribeRegions": f"<regionInfo>{ITEMS('<regionName>eu-central-1</regionName><regionEndpoint>x</regionEndpoint>', '<regionName>us-east-1</regionName><regionEndpoint>y</regionEndpoint>')}</regionInfo>",
}
BLOCK = "<PublicAccessBlockConfiguration>" + "".join(f"<{name}>true</{name}>" for name in (
    "BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")) + "</PublicAccessBlockConfiguration>"
# By the first name of the query: the call, the answer for the first bucket, and what it is for the others: an answer or a code.
S3 = {
    "location": ("GetBucketLocation", "<LocationConstraint>EU</LocationConstraint>", "<LocationConstraint/>"),
    "versioning": ("GetBucketVersioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "<VersioningConfiguration/>"),
    "publicAccessBlock": ("GetPublicAccessBlock", BLOCK, "NoSuchPublicAccessBlockConfiguration"),
    "policyStatus": ("GetBucketPolicyStatus", "<PolicyStatus><IsPublic>TRUE</IsPublic></PolicyStatus>", "NoSuchBucketPolicy"),
    "encryption": ("GetBucketEncryption", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
                   "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
                   "ServerSideEncryptionConfigurationNotFoundError"),
    "ownershipControls": ("GetBucketOwnershipControls", "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
                          "OwnershipControlsNotFoundError"),
    "lifecycle": ("GetBucketLifecycleConfiguration", "<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix/></Filter>"
                  "<Expiration><Days>30</Days></Expiration><Transition><Days>7</Days><StorageClass>GLACIER</StorageClass></Transition></Rule><Rule><ID>b</ID>"
                  "<Status>Disabled</Status></Rule></LifecycleConfiguration>", "NoSuchLifecycleConfiguration"),
    "policy": ("GetBucketPolicy", policy("arn:aws:s3:::acme-bundles/*", "*"), "NoSuchBucketPolicy"),
}
DISTRIBUTION = ("<DistributionSummary><Id>E1</Id><ARN>arn:aws:cloudfront::111122223333:distribution/E1</ARN><Status>Deployed</Status>"
                f"<Comment>{CANARY}</Comment><Origins><Quantity>1</Quantity><Items><Origin><Id>site</Id><DomainName>acme.site.s3.amazonaws.com</DomainName>"
                f"<CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader><HeaderName>x-origin</HeaderName><HeaderValue>{CANARY}</HeaderValue></OriginCustomHeader>"
                "</Items></CustomHeaders></Origin></Items></Origins><Enabled>true</Enabled></DistributionSummary>")
CLOUDFRONT = {
    "/2020-05-31/distribution": ("ListDistributions", lambda marker: f"<DistributionList><Marker/><MaxItems>100</MaxItems><IsTruncated>{str(not marker).lower()}</IsTruncated>"
                                 f"<Quantity>1</Quantity><Items>{DISTRIBUTION.replace('E1', 'E2' if marker else 'E1')}</Items>"
                                 + ("" if marker else "<NextMarker>m</NextMarker>") + "</DistributionList>"),
    "/2020-05-31/origin-access-control": ("ListOriginAccessControls", lambda _: "<OriginAccessControlList><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated>"
                                          f"<Quantity>1</Quantity><Items><OriginAccessControlSummary><Id>O1</Id><Description>{CANARY}</Description><Name>site</Name>"
                                          "</OriginAccessControlSummary></Items></OriginAccessControlList>"),
}


def buckets(query):
    """The first page has one bucket, the second the rest."""
    names = list(BUCKETS)
    names = names[1:] if "continuation-token" in query else names[:1]
    rows = "".join(f"<Bucket><Name>{name}</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate>"
                   + (f"<BucketRegion>{BUCKETS[name]}</BucketRegion>" if BUCKETS[name] else "") + "</Bucket>" for name in names)
    token = "" if "continuation-token" in query else "<ContinuationToken>next</ContinuationToken>"
    return f"<ListAllMyBucketsResult><Owner><ID>1</ID><DisplayName>ann</DisplayName></Owner><Buckets>{rows}</Buckets>{token}</ListAllMyBucketsResult>"


def rest(service, path, query):
    """The name of a call and its answer."""
    if service == "cloudfront":
        action, answer = CLOUDFRONT[path]
        return action, answer("Marker" in query)
    if path.startswith("/v20180820/"):
        return "GetPublicAccessBlock", BLOCK
    if path == "/":
        return "ListBuckets", buckets(query)
    action, first, others = S3[next(iter(query))]
    answer = first if path == "/acme-bundles" or (action == "GetBucketLocation") else others
    if not answer.startswith(("<", "{")):
        return action, Refusal(answer, 404)
    return action, answer
