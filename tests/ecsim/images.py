"""The registry of the simulated account: what ECR tells of it, and what a task that pulls an image gets."""
import hashlib
import os
import time

from api import Refusal, at_most, page


class Images:
    """`flags`: a folder with one folder per digest, which the apps of that image look into."""

    def __init__(self, account, region, flags):
        self.account, self.flags, self.repositories = account, flags, {}
        self.host = f"{account}.dkr.ecr.{region}.amazonaws.com"

    def put(self, image):
        """Adds or changes an image: {"repository", "version", "digest", "tags", "status", "fault", "start_ms"}. A tag given here leaves the image that had it.
        `fault`: "pull" (cannot be pulled although it is there), "crash" (its container exits 1 at once), "unhealthy" (/healthz answers 503), or none. `status`:
        imageStatus; "DELETED" takes it away. `start_ms`: how much longer its tasks are PENDING. Without `digest` it is made of repository and version."""
        assert set(image) <= {"repository", "version", "digest", "tags", "status", "fault", "start_ms"}, image
        assert image.get("fault") in (None, "pull", "crash", "unhealthy"), image["fault"]
        known = self.repositories.setdefault(image["repository"], {})
        digest = image.get("digest") or self.digest(image["repository"], image["version"])
        if image.get("status") == "DELETED":
            known.pop(digest, None)
            return {"digest": digest}
        entry = known.setdefault(digest, {"version": image.get("version", digest), "tags": [], "status": "ACTIVE", "fault": None, "start_ms": 0, "pushed": time.time()})
        entry.update({name: value for name, value in image.items() if name in entry and name != "tags"})
        for tag in image.get("tags", ()):
            for other in known.values():
                other["tags"] = [one for one in other["tags"] if one != tag]
            entry["tags"].append(tag)
        self.flag(digest, entry["fault"] == "unhealthy")
        return {"digest": digest}

    @staticmethod
    def digest(repository, version):
        return "sha256:" + hashlib.sha256(f"{repository} {version}".encode()).hexdigest()

    def flag(self, digest, ill):
        folder = self.folder(digest)
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "unhealthy")
        if ill:
            open(path, "w").close()
        elif os.path.exists(path):
            os.remove(path)

    def folder(self, digest):
        return os.path.join(self.flags, digest.replace(":", "-"))

    def version(self, digest):
        return next((known[digest]["version"] for known in self.repositories.values() if digest in known), None)

    def parts(self, image):
        """Repository and tag or digest of an image as a container names it."""
        name = image.removeprefix(self.host + "/")
        repository, _, digest = name.partition("@")
        if digest:
            return repository.partition(":")[0], None, digest
        repository, _, tag = name.partition(":")
        return repository, tag or "latest", None

    def resolve(self, image):
        """The digest that the image is now; None when its tag is nobody's."""
        repository, tag, digest = self.parts(image)
        if digest:
            return digest
        return next((one for one, entry in self.repositories.get(repository, {}).items() if tag in entry["tags"]), None)

    def pull(self, image, digest):
        """What the registry has of it, or a text that says why it cannot be pulled."""
        repository, tag, _ = self.parts(image)
        entry = self.repositories.get(repository, {}).get(digest)
        name = f"{self.host}/{repository}" + (f"@{digest}" if digest else f":{tag}")
        if entry is None or entry["status"] != "ACTIVE":
            return f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {name}: not found"
        if entry["fault"] == "pull":
            return f"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to copy: httpReadSeeker: {name}: connection reset by peer"
        return entry

    def repository(self, name):
        if name not in self.repositories:
            raise Refusal("RepositoryNotFoundException", f"The repository with name '{name}' does not exist in the registry with id '{self.account}'")
        return self.repositories[name]

    def describe_repositories(self, request):
        names = request.get("repositoryNames") or sorted(self.repositories)
        for name in names:
            self.repository(name)
        here, rest = page(names, request, limit=1000)
        region = self.host.split(".")[3]
        return {"repositories": [{"repositoryArn": f"arn:aws:ecr:{region}:{self.account}:repository/{name}", "registryId": self.account, "repositoryName": name,
                                  "repositoryUri": f"{self.host}/{name}", "createdAt": min((one["pushed"] for one in self.repositories[name].values()), default=0.0),
                                  "imageTagMutability": "MUTABLE", "imageScanningConfiguration": {"scanOnPush": False}, "encryptionConfiguration": {"encryptionType": "AES256"}}
                                 for name in here], **rest}

    def describe(self, request):
        repository = self.repository(request["repositoryName"])
        at_most(request, "imageIds", 100)
        found = list(repository)
        if "imageIds" in request:
            found = [self.wanted(repository, one, request["repositoryName"]) for one in request["imageIds"]]
        statuses, tagged = request.get("filter", {}).get("imageStatus"), request.get("filter", {}).get("tagStatus", "ANY")
        found = [one for one in found if (statuses in (None, "ANY") or repository[one]["status"] == statuses)
                 and (tagged == "ANY" or bool(repository[one]["tags"]) == (tagged == "TAGGED"))]
        here, rest = page(found, request, limit=1000)
        return {"imageDetails": [self.detail(request["repositoryName"], one, repository[one]) for one in here], **rest}

    def wanted(self, repository, asked, name):
        for digest, entry in repository.items():
            if asked.get("imageDigest", digest) == digest and ("imageTag" not in asked or asked["imageTag"] in entry["tags"]):
                return digest
        told = ", ".join(f"{key}:'{asked.get(key, 'null')}'" for key in ("imageDigest", "imageTag"))
        raise Refusal("ImageNotFoundException", f"The image with imageId {{{told}}} does not exist within the repository with name '{name}' in the registry with id '{self.account}'")

    def detail(self, name, digest, entry):
        return {"registryId": self.account, "repositoryName": name, "imageDigest": digest, "imageSizeInBytes": 4096, "imagePushedAt": entry["pushed"],
                "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json", "imageStatus": entry["status"], **({"imageTags": entry["tags"]} if entry["tags"] else {})}
