"""The test cases: requests to which Cinder and the sandbox must respond alike, except where noted.

`<A>` and `<B>` stand for the two projects, `<data-01>` for the volume with that name, and `<t>` and
`<t.key>` for the ID and the key of a transfer that an earlier case saved as `t`. A transfer that
isn't saved is deleted right away, so that its volume is available to the next case.

This file has more than 400 lines because it is a single table.
"""

import pathlib
from dataclasses import dataclass, field

# The parts of a response to compare: the status, the body, and these headers.
STATUS, BODY = "status", "body"
HEADERS = [
    "content-type",
    "location",
    "openstack-api-version",
    "retry-after",
    "vary",
    "www-authenticate",
    "x-compute-request-id",
    "x-openstack-request-id",
]

API_HEADERS = [
    "content-type",
    "openstack-api-version",
    "vary",
    "x-compute-request-id",
    "x-openstack-request-id",
]

SERVER_ERROR = "after a 500, clients must assume that a transfer may exist, so the sandbox responds with 400"


@dataclass
class Case:
    name: str
    # Cinder's status. Stated so that a case fails if both return the same wrong status.
    status: int
    request: str
    # JSON, or bytes to send as they are.
    body: object = None
    headers: dict = field(default_factory=dict)
    # The label of the project whose token to send, or a token. Defaults to the project in the path.
    token: str | None = None
    # The placeholder for the created transfer.
    save_as: str | None = None
    # The volume fields to compare. EVS and Cinder each have fields that the other lacks.
    fields: list | None = None
    # The parts that differ on purpose, and the reason.
    differs: tuple = ()
    reason: str = ""
    # Whether to run the case in noauth mode too. Without Keystone, every user is an administrator.
    noauth: bool = True

    def __post_init__(self):
        assert bool(self.differs) == bool(self.reason), f"{self.name}: a difference needs a reason"


def at(version):
    return {"OpenStack-API-Version": f"volume {version}"}


def transfer(volume, **fields):
    return {"transfer": {"volume_id": f"<{volume}>", **fields}}


def accept(key):
    return {"accept": {"auth_key": key}}


LIST = "GET /v3/<A>/os-volume-transfer"
CREATE = "POST /v3/<A>/os-volume-transfer"
NEW_LIST = "GET /v3/<A>/volume-transfers"
NEW_CREATE = "POST /v3/<A>/volume-transfers"
ACCEPT = "POST /v3/<B>/os-volume-transfer/<t>/accept"
UNKNOWN_ID = "c3e14e24-d475-42cb-b38a-30d05fcbe8c8"


def recordings():
    """Returns the recorded create requests that need nothing but an available volume."""
    different = {
        44: (STATUS, BODY),  # an integer, `true`, a list or a float as the name
        46: (STATUS, BODY),
        49: (STATUS, BODY),
        51: (STATUS, BODY),
        63: (STATUS, BODY),  # a lone surrogate
        90: (STATUS, BODY),  # no body
        93: (STATUS, BODY),  # NaN
    }
    dashes = b"\n------------------------ response ------------------------\n"
    folder = pathlib.Path(__file__).parent.parent / "fixtures/cinder"
    for number in [*range(29, 102), *range(128, 148)]:
        (file,) = folder.glob(f"noauth-{number:03}-*.txt")
        request, response = file.read_bytes().split(dashes)
        head, body = request.split(b"\r\n\r\n", 1)
        line, *headers = head.decode().split("\r\n")
        headers = dict(header.split(": ", 1) for header in headers)
        for known, placeholder in [
            ("dc61c0335ea35342908a081f674e8f1f", "<A>"),
            ("484a2b3f-caa3-44a8-9420-321a8d695be7", "<data-01>"),
            ("484a2b3fcaa344a89420321a8d695be7", "<data-01 without dashes>"),
            ("484A2B3F-CAA3-44A8-9420-321A8D695BE7", "<data-01 in capitals>"),
        ]:
            line = line.replace(known, placeholder)
            body = body.replace(known.encode(), placeholder.encode())
        yield Case(
            file.stem,
            int(response.split(b" ")[1]),
            line.removesuffix(" HTTP/1.1"),
            body.rstrip(b"\n"),
            {
                name: headers.get(name)
                for name in ["Content-Type", "OpenStack-API-Version"]
                if name in headers or name == "Content-Type"
            },
            differs=different.get(number, ()),
            reason=SERVER_ERROR if number in different else "",
        )


CASES = [
    # What clients request first.
    Case("version document", 200, "GET /v3/"),
    Case("version document without a token", 401, "GET /v3/", token="", noauth=False),
    Case("version document at 3.70", 200, "GET /v3/", headers=at("3.70")),
    Case("version document at an unsupported microversion", 406, "GET /v3/", headers=at("3.99")),
    Case(
        "version list at the root",
        300,
        "GET /",
        differs=(STATUS, BODY, *API_HEADERS),
        reason="the sandbox serves the page at the root, and clients are configured with the URL of a version",
    ),
    Case("version without a trailing slash", 302, "GET /v3"),
    # Volumes.
    Case(
        "volume",
        200,
        "GET /v3/<A>/volumes/<data-01>",
        fields=["id", "name", "size", "status", "links", "os-vol-tenant-attr:tenant_id"],
    ),
    Case("unknown volume", 404, f"GET /v3/<A>/volumes/{UNKNOWN_ID}"),
    Case("volume with an invalid ID", 404, "GET /v3/<A>/volumes/nothing"),
    Case("volume list", 200, "GET /v3/<B>/volumes/detail", fields=["id", "name", "size", "links"]),
    Case("page of volumes", 200, "GET /v3/<B>/volumes/detail?limit=2", fields=["id"]),
    Case("page exactly as large as the volume list", 200, "GET /v3/<B>/volumes/detail?limit=6", fields=["id"]),
    Case("volume list with limit=0", 200, "GET /v3/<B>/volumes/detail?limit=0", fields=["id"]),
    Case("volumes filtered by name", 200, "GET /v3/<B>/volumes/detail?name=archive-2024", fields=["id"]),
    Case("another project's volume", 404, "GET /v3/<B>/volumes/<data-01>", noauth=False),
    # Recorded requests.
    *recordings(),
    # Names that were not recorded.
    Case("name of 255 characters between spaces", 202, CREATE, transfer("data-01", name=f"\x1c {'x' * 255}\x85\u2003")),
    Case("name with both kinds of quotes", 400, CREATE, transfer("data-01", name="'" + '"' * 300)),
    Case("name of 256 characters that Python escapes", 400, CREATE, transfer("data-01", name="\u200b\x7f" * 128)),
    Case("blank name at 3.55", 400, NEW_CREATE, transfer("data-01", name=" "), at("3.55")),
    Case("empty name at 3.55", 400, NEW_CREATE, transfer("data-01", name=""), at("3.55")),
    # Authentication and projects.
    Case(
        "transfer of another project's volume",
        404,
        "POST /v3/<B>/os-volume-transfer",
        transfer("data-01"),
        noauth=False,
    ),
    Case("create on another project's path", 400, "POST /v3/<A>/os-volume-transfer", transfer("data-01"), token="B"),
    Case("list on another project's path", 400, LIST, token="B"),
    Case("create without a token", 401, CREATE, transfer("data-01"), token="", noauth=False),
    Case("create with an invalid token", 401, CREATE, transfer("data-01"), token="nope", noauth=False),
    Case("unknown path without a token", 401, "GET /v3/<A>/nothing", token="", noauth=False),
    # Ineligible volumes.
    Case("volume in use", 400, CREATE, transfer("web-server-root-attached")),
    Case("volume with status error", 400, CREATE, transfer("failed-import")),
    Case(
        "volume with a snapshot",
        202,
        CREATE,
        transfer("with-snapshots"),
        differs=(STATUS, BODY),
        reason="EVS does not transfer volumes with snapshots",
    ),
    Case(
        "volume with a snapshot and no_snapshots",
        202,
        NEW_CREATE,
        transfer("with-snapshots", no_snapshots=True),
        at("3.55"),
    ),
    # Microversions.
    Case("microversion latest", 202, NEW_CREATE, transfer("data-01"), at("latest")),
    Case("microversion without a minor version", 400, NEW_LIST, headers=at("3")),
    Case("microversion with a leading zero", 400, NEW_LIST, headers=at("3.055")),
    Case(
        "microversions of two services",
        200,
        NEW_LIST,
        headers={"OpenStack-API-Version": "compute 2.90, volume 3.55"},
    ),
    Case("empty microversion header", 400, NEW_LIST, headers={"OpenStack-API-Version": ""}),
    Case(
        "microversion header of three words",
        500,
        NEW_LIST,
        headers={"OpenStack-API-Version": "volume 3.55 now"},
        differs=(STATUS, BODY),
        reason=SERVER_ERROR,
    ),
    Case("microversion without a service", 400, NEW_LIST, headers={"OpenStack-API-Version": "3.55"}),
    Case("microversion 1.0", 406, NEW_LIST, headers=at("1.0")),
    Case("no_snapshots on the older path", 400, CREATE, transfer("data-01", no_snapshots="on"), at("3.55")),
    Case("no_snapshots at 3.54", 400, NEW_CREATE, transfer("data-01", no_snapshots=True), at("3.54")),
    # Paths without a project.
    Case("list without a project", 200, "GET /v3/os-volume-transfer"),
    Case("list on the newer path without a project", 200, "GET /v3/volume-transfers", headers=at("3.67")),
    Case("create without a project", 202, "POST /v3/volume-transfers", transfer("data-01"), at("3.67"), save_as="p"),
    Case("show without a project", 200, "GET /v3/volume-transfers/<p>", headers=at("3.67")),
    Case("detailed list without a project", 200, "GET /v3/volume-transfers/detail", headers=at("3.67")),
    Case("volume without a project", 200, "GET /v3/volumes/<data-01>", fields=["id", "status", "links"]),
    Case("delete without a project", 202, "DELETE /v3/volume-transfers/<p>", headers=at("3.67")),
    # A transfer in lists, and failed attempts to accept it.
    Case("create", 202, CREATE, transfer("data-01", name="first"), save_as="t"),
    Case("volume awaiting transfer", 200, "GET /v3/<A>/volumes/<data-01>", fields=["id", "status"]),
    Case("second transfer of the volume", 400, CREATE, transfer("data-01", name="again")),
    Case("list with a transfer", 200, LIST),
    Case("detailed list with a transfer", 200, f"{LIST}/detail"),
    Case("show", 200, f"{LIST}/<t>"),
    Case("show at 3.55", 200, f"{NEW_LIST}/<t>", headers=at("3.55")),
    Case("show at 3.57", 200, f"{NEW_LIST}/<t>", headers=at("3.57")),
    Case("list at 3.57", 200, NEW_LIST, headers=at("3.57")),
    Case("detailed list at 3.57", 200, f"{NEW_LIST}/detail", headers=at("3.57")),
    Case("other project's list", 200, "GET /v3/<B>/os-volume-transfer"),
    Case("show by the other project", 404, "GET /v3/<B>/os-volume-transfer/<t>", noauth=False),
    Case("delete by the other project", 404, "DELETE /v3/<B>/os-volume-transfer/<t>", noauth=False),
    Case("all_tenants as a member", 200, f"{LIST}?all_tenants=1", noauth=False),
    Case("unknown transfer", 404, f"{LIST}/{UNKNOWN_ID}"),
    Case("transfer with an invalid ID", 404, f"{LIST}/nothing"),
    Case("accept with a wrong key", 400, ACCEPT, accept("deadbeefdeadbeef")),
    Case("accept with an empty key", 400, ACCEPT, accept("")),
    Case("accept with a numeric key", 400, ACCEPT, accept(12345)),
    Case("accept with a null key", 400, ACCEPT, accept(None)),
    Case("accept with true as the key", 400, ACCEPT, accept(True)),
    Case("accept without a key", 400, ACCEPT, {"accept": {}}),
    Case("accept with an empty object", 400, ACCEPT, {}),
    Case("accept with null", 400, ACCEPT, {"accept": None}),
    Case("accept with a list as the body", 400, ACCEPT, []),
    Case("accept with an empty body", 500, ACCEPT, b"", differs=(STATUS, BODY), reason=SERVER_ERROR),
    Case("accept with invalid JSON", 400, ACCEPT, b"{"),
    Case("accept with another content type", 415, ACCEPT, b"x", {"Content-Type": "text/plain"}),
    Case("accept with spaces around the key", 400, ACCEPT, accept(" <t.key>\n")),
    *(
        Case(
            name,
            400,
            ACCEPT,
            body,
            differs=(BODY,),
            reason="Cinder quotes invalid values, which may contain the key, so the sandbox redacts them",
        )
        for name, body in [
            ("accept with an additional property", {"accept": {"auth_key": "<t.key>", "x": 1}}),
            ("accept with the key under another name", {"accept": {"key": "<t.key>"}}),
            ("accept with the key instead of an object", {"accept": "<t.key>"}),
            ("accept with the key in a list", accept(["<t.key>"])),
            ("accept with the key as the body", "<t.key>"),
            ("accept with a fraction as the key", accept(1.5)),
        ]
    ),
    Case("accept with an additional top-level property", 400, ACCEPT, {"accept": {"auth_key": "<t.key>"}, "x": 1}),
    Case("accept an unknown transfer", 404, f"POST /v3/<B>/os-volume-transfer/{UNKNOWN_ID}/accept", accept("<t.key>")),
    Case(
        "accept on another project's path",
        400,
        "POST /v3/<A>/os-volume-transfer/<t>/accept",
        accept("<t.key>"),
        token="B",
    ),
    Case("accept", 202, ACCEPT, accept("<t.key>")),
    Case("accept again", 404, ACCEPT, accept("<t.key>")),
    Case("show after accepting", 404, f"{LIST}/<t>"),
    Case("delete after accepting", 404, "DELETE /v3/<A>/os-volume-transfer/<t>"),
    Case("volume in the former project", 404, "GET /v3/<A>/volumes/<data-01>", noauth=False),
    Case(
        "volume in the new project",
        200,
        "GET /v3/<B>/volumes/<data-01>",
        fields=["id", "status", "name", "os-vol-tenant-attr:tenant_id"],
    ),
    # Other outcomes.
    Case("create, to be deleted", 202, CREATE, transfer("data-02", name="n"), save_as="u"),
    Case("delete", 202, "DELETE /v3/<A>/os-volume-transfer/<u>"),
    Case("delete again", 404, "DELETE /v3/<A>/os-volume-transfer/<u>"),
    Case("volume after deleting", 200, "GET /v3/<A>/volumes/<data-02>", fields=["id", "status"]),
    Case(
        "create, to be accepted by the same project",
        202,
        NEW_CREATE,
        transfer("data-02", name="n"),
        at("3.57"),
        save_as="u",
    ),
    Case("accept by the same project", 202, "POST /v3/<A>/volume-transfers/<u>/accept", accept("<u.key>"), at("3.57")),
    Case("volume after accepting in the same project", 200, "GET /v3/<A>/volumes/<data-02>", fields=["id", "status"]),
    # B's quotas are 10 volumes, 3,000 GiB, and 2,000 GiB per volume. B has 7 volumes, 2,450 GiB in total.
    Case("create with 2,048 GiB", 202, CREATE, transfer("analytics-warehouse"), save_as="q"),
    Case(
        "accept above the size limit per volume",
        413,
        "POST /v3/<B>/os-volume-transfer/<q>/accept",
        accept("<q.key>"),
    ),
    Case("create with 1,024 GiB", 202, CREATE, transfer("数据盘-北京-02"), save_as="r"),
    Case("accept above the gigabytes quota", 413, "POST /v3/<B>/os-volume-transfer/<r>/accept", accept("<r.key>")),
    *(
        case
        for volume in ["data-02", "media-cache", "<img src=x onerror=alert(1)>"]
        for case in [
            Case("create, to fill B", 202, CREATE, transfer(volume), save_as="s"),
            Case("accept, to fill B", 202, "POST /v3/<B>/os-volume-transfer/<s>/accept", accept("<s.key>")),
        ]
    ),
    Case(
        "accept above the volumes and gigabytes quotas",
        413,
        "POST /v3/<B>/os-volume-transfer/<r>/accept",
        accept("<r.key>"),
    ),
    Case("create with one of B's volumes", 202, "POST /v3/<B>/os-volume-transfer", transfer("staging-data-01"), save_as="s"),
    Case("accept above the volumes quota", 413, "POST /v3/<B>/os-volume-transfer/<s>/accept", accept("<s.key>")),
    # Pagination, with the three transfers q, r and s.
    Case("create a third transfer", 202, CREATE, transfer("data-03"), save_as="s"),
    Case("sorted by creation time, ascending", 200, f"{NEW_LIST}?sort=created_at:asc", headers=at("3.59")),
    Case("sorted by creation time, descending", 200, f"{NEW_LIST}?sort=created_at:desc", headers=at("3.59")),
    Case("default order", 200, NEW_LIST, headers=at("3.59")),
    Case("page of transfers", 200, f"{NEW_LIST}?limit=2", headers=at("3.59")),
    Case("detailed page", 200, f"{NEW_LIST}/detail?limit=2", headers=at("3.59")),
    Case("detailed page on the older path", 200, f"{LIST}/detail?limit=2", headers=at("3.59")),
    Case("page exactly as large as the list", 200, f"{NEW_LIST}?limit=3", headers=at("3.59")),
    Case("page larger than the list", 200, f"{NEW_LIST}?limit=4", headers=at("3.59")),
    Case("page after a marker", 200, f"{NEW_LIST}?limit=2&marker=<r>", headers=at("3.59")),
    Case(
        "page as the core requests it",
        200,
        f"{NEW_LIST}/detail?sort=created_at:asc&limit=1000&marker=<q>",
        headers=at("3.59"),
    ),
    Case("page after the last transfer", 200, f"{NEW_LIST}?sort=created_at:asc&marker=<s>", headers=at("3.59")),
    Case("page after an unknown marker", 404, f"{NEW_LIST}?marker={UNKNOWN_ID}", headers=at("3.59")),
    Case("page with an offset", 200, f"{NEW_LIST}?sort=created_at:asc&offset=1&limit=2", headers=at("3.59")),
    Case("offset beyond the end", 200, f"{NEW_LIST}?offset=7", headers=at("3.59")),
    Case("invalid offset", 400, f"{NEW_LIST}?offset=x", headers=at("3.59")),
    Case("negative offset", 400, f"{NEW_LIST}?offset=-1", headers=at("3.59")),
    Case("limit of 0", 200, f"{NEW_LIST}?limit=0", headers=at("3.59")),
    Case("negative limit", 400, f"{NEW_LIST}?limit=-1", headers=at("3.59")),
    Case("invalid limit", 400, f"{NEW_LIST}?limit=x", headers=at("3.59")),
    Case("limit above the maximum", 200, f"{NEW_LIST}?limit=1001", headers=at("3.59")),
    Case(
        "repeated parameter",
        200,
        f"{NEW_LIST}?limit=1&limit=2",
        headers=at("3.59"),
        differs=(BODY,),
        reason="Cinder treats one of the two as a filter, which is of no use to clients",
    ),
    Case("sorted by name", 400, f"{NEW_LIST}?sort=name:asc", headers=at("3.59")),
    Case("sorted by an unknown key", 400, f"{NEW_LIST}?sort=color", headers=at("3.59")),
    Case(
        "sorted by volume",
        200,
        f"{NEW_LIST}?sort=volume_id",
        headers=at("3.59"),
        differs=(STATUS, BODY),
        reason="the sandbox sorts by creation time only",
    ),
    Case("invalid sort direction", 400, f"{NEW_LIST}?sort=created_at:up", headers=at("3.59")),
    Case("filtered by volume", 200, f"{NEW_LIST}?volume_id=<analytics-warehouse>", headers=at("3.59")),
    Case("filtered by an unused name", 200, f"{NEW_LIST}?name=none", headers=at("3.59")),
    Case("filtered by an unknown field", 200, f"{NEW_LIST}?color=red", headers=at("3.59")),
    Case("limit without pagination", 200, f"{LIST}?limit=2"),
    Case("limit of 0 without pagination", 200, f"{LIST}?limit=0"),
    Case("marker without pagination", 200, f"{LIST}?marker=<q>"),
    Case("sort without pagination", 200, f"{LIST}?sort=created_at:desc"),
    Case("list without pagination", 200, LIST),
    # Paths and methods.
    Case("unknown path", 404, "GET /v3/<A>/os-volume-transferz"),
    Case("trailing slash", 404, f"{LIST}/"),
    Case(
        "unknown path with Accept: */*",
        404,
        "GET /v3/<A>/os-volume-transferz",
        headers={"Accept": "*/*"},
        differs=(BODY, "content-type"),
        reason="Cinder's framework prefers HTML, but every client requests JSON",
    ),
    Case("project without a collection", 404, "GET /v3/<A>"),
    Case("HEAD on a list", 404, "HEAD /v3/<A>/os-volume-transfer"),
    Case("HEAD on a transfer", 404, "HEAD /v3/<A>/os-volume-transfer/<q>"),
    Case("OPTIONS", 200, "OPTIONS /v3/<A>/os-volume-transfer"),
    Case("OPTIONS without a token", 200, "OPTIONS /v3/<A>/os-volume-transfer", token="", noauth=False),
    Case("PUT on a list", 404, "PUT /v3/<A>/os-volume-transfer", {}),
    Case("PUT on a transfer", 404, "PUT /v3/<A>/os-volume-transfer/<q>", {}),
    Case("PATCH on a list", 404, "PATCH /v3/<A>/os-volume-transfer", {}),
    Case("PATCH on a transfer", 404, "PATCH /v3/<A>/os-volume-transfer/<q>", {}),
    Case("POST on a transfer", 404, "POST /v3/<A>/os-volume-transfer/<q>", {}),
    Case("DELETE on a list", 404, "DELETE /v3/<A>/os-volume-transfer"),
    Case("GET on accept", 404, f"{LIST}/<q>/accept"),
    Case("body above the size limit", 413, CREATE, b" " * 114_689),
    Case(
        "version 2",
        404,
        "GET /v2/<A>/os-volume-transfer",
        differs=(STATUS, BODY, "openstack-api-version", "vary", "x-compute-request-id"),
        reason="EVS still has version 2, which Cinder has removed",
    ),
]
