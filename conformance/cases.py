"""The table: requests that Cinder and the sandbox must answer alike, or differ in for a reason.

`<A>` and `<B>` stand for the two projects, `<data-01>` for the volume of that name, `<t>` and
`<t.key>` for a transfer that an earlier case called `t`, and for its key. A transfer that has no
name here is deleted once it was answered, so that the next case finds its volume free.
"""

import pathlib
from dataclasses import dataclass, field

# What may differ: the status, the body, and these headers. Of a request's id only that it is there.
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

HEADERS_OF_THE_API = [
    "content-type",
    "openstack-api-version",
    "vary",
    "x-compute-request-id",
    "x-openstack-request-id",
]

A_500 = "a 500 tells a client that the transfer may have been made, so the sandbox refuses"


@dataclass
class Case:
    what: str
    # What Cinder answers. Two that agree may both be wrong, so it is said.
    status: int
    request: str
    # JSON, or bytes that are sent as they are.
    body: object = None
    headers: dict = field(default_factory=dict)
    # The project whose token goes with it, or a token; by default the path's project.
    token: str | None = None
    # How the transfer that it makes is called from then on.
    calls: str | None = None
    # The fields that count in a record which EVS and Cinder both have more of.
    fields: list | None = None
    # What differs on purpose, and why.
    differs: tuple = ()
    because: str = ""
    # A Cinder without Keystone takes everyone for an administrator, who may do and see all.
    noauth: bool = True

    def __post_init__(self):
        assert bool(self.differs) == bool(self.because), f"{self.what}: a difference has a reason"


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
NOWHERE = "c3e14e24-d475-42cb-b38a-30d05fcbe8c8"


def recordings():
    """Every recorded create request that needs no more than a volume which is free."""
    different = {
        44: (STATUS, BODY),  # names that are a number, true, a list, a fraction
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
        request, answer = file.read_bytes().split(dashes)
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
            int(answer.split(b" ")[1]),
            line.removesuffix(" HTTP/1.1"),
            body.rstrip(b"\n"),
            {
                name: headers.get(name)
                for name in ["Content-Type", "OpenStack-API-Version"]
                if name in headers or name == "Content-Type"
            },
            differs=different.get(number, ()),
            because=A_500 if number in different else "",
        )


CASES = [
    # What clients look for before anything else.
    Case("the versions", 200, "GET /v3/"),
    Case("the versions, without a token", 401, "GET /v3/", token="", noauth=False),
    Case("the versions, to someone who asks for one", 200, "GET /v3/", headers=at("3.70")),
    Case("the versions, to someone who asks for too much", 406, "GET /v3/", headers=at("3.99")),
    Case(
        "the versions, from the root",
        300,
        "GET /",
        differs=(STATUS, BODY, *HEADERS_OF_THE_API),
        because="the root is the page's, and clients are given the address of a version",
    ),
    Case("a version without its slash", 302, "GET /v3"),
    # Volumes.
    Case(
        "a volume",
        200,
        "GET /v3/<A>/volumes/<data-01>",
        fields=["id", "name", "size", "status", "links", "os-vol-tenant-attr:tenant_id"],
    ),
    Case("a volume that is not there", 404, f"GET /v3/<A>/volumes/{NOWHERE}"),
    Case("a volume whose id is none", 404, "GET /v3/<A>/volumes/nothing"),
    Case("a list of volumes", 200, "GET /v3/<B>/volumes/detail", fields=["id", "name", "size", "links"]),
    Case("a page of volumes", 200, "GET /v3/<B>/volumes/detail?limit=2", fields=["id"]),
    Case("a page of volumes that is exactly full", 200, "GET /v3/<B>/volumes/detail?limit=6", fields=["id"]),
    Case("a page of no volumes", 200, "GET /v3/<B>/volumes/detail?limit=0", fields=["id"]),
    Case("volumes of a name", 200, "GET /v3/<B>/volumes/detail?name=archive-2024", fields=["id"]),
    Case("another project's volume", 404, "GET /v3/<B>/volumes/<data-01>", noauth=False),
    # The recorded requests.
    *recordings(),
    # Names and spaces that no recording has.
    Case("a name of spaces around 255", 202, CREATE, transfer("data-01", name=f"\x1c {'x' * 255}\x85\u2003")),
    Case("a name with quotes of both kinds", 400, CREATE, transfer("data-01", name="'" + '"' * 300)),
    Case("a name of 256 that Python must escape", 400, CREATE, transfer("data-01", name="\u200b\x7f" * 128)),
    Case("a blank name at 3.55", 400, NEW_CREATE, transfer("data-01", name=" "), at("3.55")),
    Case("an empty name at 3.55", 400, NEW_CREATE, transfer("data-01", name=""), at("3.55")),
    # Who may.
    Case("a volume of another project", 404, "POST /v3/<B>/os-volume-transfer", transfer("data-01"), noauth=False),
    Case("another project's path", 400, "POST /v3/<A>/os-volume-transfer", transfer("data-01"), token="B"),
    Case("another project's path, to a list", 400, LIST, token="B"),
    Case("no token", 401, CREATE, transfer("data-01"), token="", noauth=False),
    Case("a token that is none", 401, CREATE, transfer("data-01"), token="nope", noauth=False),
    Case("no token, no route", 401, "GET /v3/<A>/nothing", token="", noauth=False),
    # Volumes that cannot go.
    Case("a volume in use", 400, CREATE, transfer("web-server-root-attached")),
    Case("a volume with an error", 400, CREATE, transfer("failed-import")),
    Case(
        "a volume with a snapshot",
        202,
        CREATE,
        transfer("with-snapshots"),
        differs=(STATUS, BODY),
        because="EVS transfers no volume that has snapshots",
    ),
    Case("the same without its snapshots", 202, NEW_CREATE, transfer("with-snapshots", no_snapshots=True), at("3.55")),
    # Microversions.
    Case("the latest", 202, NEW_CREATE, transfer("data-01"), at("latest")),
    Case("no minor version", 400, NEW_LIST, headers=at("3")),
    Case("a leading zero", 400, NEW_LIST, headers=at("3.055")),
    Case("two services", 200, NEW_LIST, headers={"OpenStack-API-Version": "compute 2.90, volume 3.55"}),
    Case("nothing", 400, NEW_LIST, headers={"OpenStack-API-Version": ""}),
    Case(
        "three words",
        500,
        NEW_LIST,
        headers={"OpenStack-API-Version": "volume 3.55 now"},
        differs=(STATUS, BODY),
        because=A_500,
    ),
    Case("no service", 400, NEW_LIST, headers={"OpenStack-API-Version": "3.55"}),
    Case("before there were any", 406, NEW_LIST, headers=at("1.0")),
    Case("no_snapshots on the older path", 400, CREATE, transfer("data-01", no_snapshots="on"), at("3.55")),
    Case("no_snapshots a microversion too early", 400, NEW_CREATE, transfer("data-01", no_snapshots=True), at("3.54")),
    # Without the project in the path.
    Case("a list without a project", 200, "GET /v3/os-volume-transfer"),
    Case("the newer list without a project", 200, "GET /v3/volume-transfers", headers=at("3.67")),
    Case("a create without a project", 202, "POST /v3/volume-transfers", transfer("data-01"), at("3.67"), calls="p"),
    Case("a show without a project", 200, "GET /v3/volume-transfers/<p>", headers=at("3.67")),
    Case("a detailed list without a project", 200, "GET /v3/volume-transfers/detail", headers=at("3.67")),
    Case("a volume without a project", 200, "GET /v3/volumes/<data-01>", fields=["id", "status", "links"]),
    Case("a delete without a project", 202, "DELETE /v3/volume-transfers/<p>", headers=at("3.67")),
    # A transfer, its lists, and all that does not accept it.
    Case("a transfer", 202, CREATE, transfer("data-01", name="first"), calls="t"),
    Case("its volume", 200, "GET /v3/<A>/volumes/<data-01>", fields=["id", "status"]),
    Case("the transfer once more", 400, CREATE, transfer("data-01", name="again")),
    Case("its list", 200, LIST),
    Case("its detailed list", 200, f"{LIST}/detail"),
    Case("its record", 200, f"{LIST}/<t>"),
    Case("its record at 3.55", 200, f"{NEW_LIST}/<t>", headers=at("3.55")),
    Case("its record at 3.57", 200, f"{NEW_LIST}/<t>", headers=at("3.57")),
    Case("its list at 3.57", 200, NEW_LIST, headers=at("3.57")),
    Case("its detailed list at 3.57", 200, f"{NEW_LIST}/detail", headers=at("3.57")),
    Case("the list of the other project", 200, "GET /v3/<B>/os-volume-transfer"),
    Case("the record, to the other project", 404, "GET /v3/<B>/os-volume-transfer/<t>", noauth=False),
    Case("deleted by the other project", 404, "DELETE /v3/<B>/os-volume-transfer/<t>", noauth=False),
    Case("all projects' lists, to a member", 200, f"{LIST}?all_tenants=1", noauth=False),
    Case("a record that is not there", 404, f"{LIST}/{NOWHERE}"),
    Case("a record whose id is none", 404, f"{LIST}/nothing"),
    Case("a wrong key", 400, ACCEPT, accept("deadbeefdeadbeef")),
    Case("an empty key", 400, ACCEPT, accept("")),
    Case("a key that is a number", 400, ACCEPT, accept(12345)),
    Case("a key that is null", 400, ACCEPT, accept(None)),
    Case("a key that is true", 400, ACCEPT, accept(True)),
    Case("no key", 400, ACCEPT, {"accept": {}}),
    Case("no accept", 400, ACCEPT, {}),
    Case("an accept that is null", 400, ACCEPT, {"accept": None}),
    Case("a list instead of an accept", 400, ACCEPT, []),
    Case("no body at all", 500, ACCEPT, b"", differs=(STATUS, BODY), because=A_500),
    Case("a body that is no JSON", 400, ACCEPT, b"{"),
    Case("a body of another type", 415, ACCEPT, b"x", {"Content-Type": "text/plain"}),
    Case("a key with spaces", 400, ACCEPT, accept(" <t.key>\n")),
    *(
        Case(
            what,
            400,
            ACCEPT,
            body,
            differs=(BODY,),
            because="Cinder shows what it refuses, and this may be the key: the sandbox shows none",
        )
        for what, body in [
            ("more than a key", {"accept": {"auth_key": "<t.key>", "x": 1}}),
            ("the key elsewhere", {"accept": {"key": "<t.key>"}}),
            ("the key instead of an accept", {"accept": "<t.key>"}),
            ("the key in a list", accept(["<t.key>"])),
            ("nothing but the key", "<t.key>"),
            ("a key that is a fraction", accept(1.5)),
        ]
    ),
    Case("more than an accept", 400, ACCEPT, {"accept": {"auth_key": "<t.key>"}, "x": 1}),
    Case("a transfer that is not there", 404, f"POST /v3/<B>/os-volume-transfer/{NOWHERE}/accept", accept("<t.key>")),
    Case("accepted on another's path", 400, "POST /v3/<A>/os-volume-transfer/<t>/accept", accept("<t.key>"), token="B"),
    Case("accepted", 202, ACCEPT, accept("<t.key>")),
    Case("accepted once more", 404, ACCEPT, accept("<t.key>")),
    Case("its record after that", 404, f"{LIST}/<t>"),
    Case("deleted after that", 404, "DELETE /v3/<A>/os-volume-transfer/<t>"),
    Case("the volume, gone", 404, "GET /v3/<A>/volumes/<data-01>", noauth=False),
    Case(
        "the volume, arrived",
        200,
        "GET /v3/<B>/volumes/<data-01>",
        fields=["id", "status", "name", "os-vol-tenant-attr:tenant_id"],
    ),
    # Other ends.
    Case("a transfer to delete", 202, CREATE, transfer("data-02", name="n"), calls="u"),
    Case("deleted", 202, "DELETE /v3/<A>/os-volume-transfer/<u>"),
    Case("deleted once more", 404, "DELETE /v3/<A>/os-volume-transfer/<u>"),
    Case("its volume is free", 200, "GET /v3/<A>/volumes/<data-02>", fields=["id", "status"]),
    Case("a transfer to keep", 202, NEW_CREATE, transfer("data-02", name="n"), at("3.57"), calls="u"),
    Case("accepted by its own project", 202, "POST /v3/<A>/volume-transfers/<u>/accept", accept("<u.key>"), at("3.57")),
    Case("it is where it was", 200, "GET /v3/<A>/volumes/<data-02>", fields=["id", "status"]),
    # Quotas of B: ten volumes, 3,000 GiB, no volume over 2,000 GiB. It has seven, of 2,450 GiB.
    Case("2,048 GiB to give", 202, CREATE, transfer("analytics-warehouse"), calls="q"),
    Case("too large", 413, "POST /v3/<B>/os-volume-transfer/<q>/accept", accept("<q.key>")),
    Case("1,024 GiB to give", 202, CREATE, transfer("数据盘-北京-02"), calls="r"),
    Case("too much", 413, "POST /v3/<B>/os-volume-transfer/<r>/accept", accept("<r.key>")),
    *(
        case
        for volume in ["data-02", "media-cache", "<img src=x onerror=alert(1)>"]
        for case in [
            Case("one to fill B", 202, CREATE, transfer(volume), calls="s"),
            Case("it fills B", 202, "POST /v3/<B>/os-volume-transfer/<s>/accept", accept("<s.key>")),
        ]
    ),
    Case("too many and too much", 413, "POST /v3/<B>/os-volume-transfer/<r>/accept", accept("<r.key>")),
    Case("one of B's own", 202, "POST /v3/<B>/os-volume-transfer", transfer("staging-data-01"), calls="s"),
    Case("too many", 413, "POST /v3/<B>/os-volume-transfer/<s>/accept", accept("<s.key>")),
    # Lists with pages: three transfers are there, q, r and s.
    Case("a third", 202, CREATE, transfer("data-03"), calls="s"),
    Case("sorted as they were made", 200, f"{NEW_LIST}?sort=created_at:asc", headers=at("3.59")),
    Case("the newest first", 200, f"{NEW_LIST}?sort=created_at:desc", headers=at("3.59")),
    Case("in no order that is named", 200, NEW_LIST, headers=at("3.59")),
    Case("a page", 200, f"{NEW_LIST}?limit=2", headers=at("3.59")),
    Case("a detailed page", 200, f"{NEW_LIST}/detail?limit=2", headers=at("3.59")),
    Case("a detailed page of the older list", 200, f"{LIST}/detail?limit=2", headers=at("3.59")),
    Case("a page that is exactly full", 200, f"{NEW_LIST}?limit=3", headers=at("3.59")),
    Case("a page with room", 200, f"{NEW_LIST}?limit=4", headers=at("3.59")),
    Case("a page after one", 200, f"{NEW_LIST}?limit=2&marker=<r>", headers=at("3.59")),
    Case(
        "a page as the rules ask for it",
        200,
        f"{NEW_LIST}/detail?sort=created_at:asc&limit=1000&marker=<q>",
        headers=at("3.59"),
    ),
    Case("a page after the last", 200, f"{NEW_LIST}?sort=created_at:asc&marker=<s>", headers=at("3.59")),
    Case("a page after nothing", 404, f"{NEW_LIST}?marker={NOWHERE}", headers=at("3.59")),
    Case("a page with an offset", 200, f"{NEW_LIST}?sort=created_at:asc&offset=1&limit=2", headers=at("3.59")),
    Case("an offset too far", 200, f"{NEW_LIST}?offset=7", headers=at("3.59")),
    Case("an offset that is none", 400, f"{NEW_LIST}?offset=x", headers=at("3.59")),
    Case("an offset below none", 400, f"{NEW_LIST}?offset=-1", headers=at("3.59")),
    Case("a page of none", 200, f"{NEW_LIST}?limit=0", headers=at("3.59")),
    Case("a page of less than none", 400, f"{NEW_LIST}?limit=-1", headers=at("3.59")),
    Case("a page that is no number", 400, f"{NEW_LIST}?limit=x", headers=at("3.59")),
    Case("a page of more than there may be", 200, f"{NEW_LIST}?limit=1001", headers=at("3.59")),
    Case(
        "a parameter twice",
        200,
        f"{NEW_LIST}?limit=1&limit=2",
        headers=at("3.59"),
        differs=(BODY,),
        because="Cinder takes one of the two for a field to filter by, which helps nobody",
    ),
    Case("sorted by name", 400, f"{NEW_LIST}?sort=name:asc", headers=at("3.59")),
    Case("sorted by what no transfer has", 400, f"{NEW_LIST}?sort=colour", headers=at("3.59")),
    Case(
        "sorted by volumes",
        200,
        f"{NEW_LIST}?sort=volume_id",
        headers=at("3.59"),
        differs=(STATUS, BODY),
        because="the sandbox sorts by the time alone",
    ),
    Case("sorted in no direction", 400, f"{NEW_LIST}?sort=created_at:up", headers=at("3.59")),
    Case("only some", 200, f"{NEW_LIST}?volume_id=<analytics-warehouse>", headers=at("3.59")),
    Case("none of that name", 200, f"{NEW_LIST}?name=none", headers=at("3.59")),
    Case("by what no transfer has", 200, f"{NEW_LIST}?colour=red", headers=at("3.59")),
    Case("a page before there were any", 200, f"{LIST}?limit=2"),
    Case("a page of none before there were any", 200, f"{LIST}?limit=0"),
    Case("a marker before there were any", 200, f"{LIST}?marker=<q>"),
    Case("sorted before there was any sort", 200, f"{LIST}?sort=created_at:desc"),
    Case("a list before there were pages", 200, LIST),
    # Paths and methods.
    Case("a path that is none", 404, "GET /v3/<A>/os-volume-transferz"),
    Case("a slash too many", 404, f"{LIST}/"),
    Case(
        "a path that is none, to someone who takes anything",
        404,
        "GET /v3/<A>/os-volume-transferz",
        headers={"Accept": "*/*"},
        differs=(BODY, "content-type"),
        because="Cinder's framework would rather write HTML; every client asks for JSON",
    ),
    Case("a project alone", 404, "GET /v3/<A>"),
    Case("HEAD of a list", 404, "HEAD /v3/<A>/os-volume-transfer"),
    Case("HEAD of a record", 404, "HEAD /v3/<A>/os-volume-transfer/<q>"),
    Case("OPTIONS", 200, "OPTIONS /v3/<A>/os-volume-transfer"),
    Case("OPTIONS without a token", 200, "OPTIONS /v3/<A>/os-volume-transfer", token="", noauth=False),
    Case("PUT to a list", 404, "PUT /v3/<A>/os-volume-transfer", {}),
    Case("PUT to a record", 404, "PUT /v3/<A>/os-volume-transfer/<q>", {}),
    Case("PATCH of a list", 404, "PATCH /v3/<A>/os-volume-transfer", {}),
    Case("PATCH of a record", 404, "PATCH /v3/<A>/os-volume-transfer/<q>", {}),
    Case("POST to a record", 404, "POST /v3/<A>/os-volume-transfer/<q>", {}),
    Case("DELETE of a list", 404, "DELETE /v3/<A>/os-volume-transfer"),
    Case("GET of an accept", 404, f"{LIST}/<q>/accept"),
    Case("too large a body", 413, CREATE, b" " * 114_689),
    Case(
        "the older version",
        404,
        "GET /v2/<A>/os-volume-transfer",
        differs=(STATUS, BODY, "openstack-api-version", "vary", "x-compute-request-id"),
        because="EVS still has v2, which Cinder has dropped",
    ),
]
